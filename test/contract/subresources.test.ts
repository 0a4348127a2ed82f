import { contract } from './suite.ts';
import { topics } from './topics.ts';

contract('subresources', topics['subresources'] ?? []);
