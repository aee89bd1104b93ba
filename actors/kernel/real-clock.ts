export { realClock } from '../../clock/real-clock.js';
