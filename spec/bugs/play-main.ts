// Run beside what is played: node out/spec/bugs/play-main.js days <from> <count> | fleets
import { playDays, playFleets } from './play.js';

const [what = '', first = '1', second = '1'] = process.argv.slice(2);
const played = what === 'days' ? await playDays(Number(first), Number(second)) : playFleets();
process.stdout.write(`${JSON.stringify(played)}\n`);
// Something that is broken may never let go.
process.exit(0);
