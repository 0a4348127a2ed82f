import { contract } from './suite.ts';
import { topics } from './topics.ts';

contract('objects', topics['objects'] ?? []);
