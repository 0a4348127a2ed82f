import { contract } from './suite.ts';
import { topics } from './topics.ts';

contract('admission', topics['admission'] ?? []);
