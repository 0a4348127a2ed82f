import { contract } from './suite.ts';
import { topics } from './topics.ts';

contract('access', topics['access'] ?? []);
