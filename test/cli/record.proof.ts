/** What the test beside it asks of JSON, of text too. */
import './record.test.ts';
