/** What the test beside it asks of a sample of texts and strategies, of all of them. */
import './captures.test.ts';
