/** What the test beside it asks of a sample of programs, of all of them. */
import './plans.test.ts';
