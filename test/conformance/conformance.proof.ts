/** What the tests beside it ask of a few random worlds and short runs, of many and long ones. */
import './readers.test.ts';
import './tearing.test.ts';
