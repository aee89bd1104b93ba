import { expect } from 'chai';
import fc from 'fast-check';
import { Heartbeat } from '../../domain/heartbeat.js';
import { PROMPT_MS } from '../../domain/vpp-heard.js';
import { VppSilence } from '../../domain/vpp-silence.js';

const anyStep = fc.oneof(
  fc.constantFrom('ask' as const, 'pong' as const, 'fail' as const, 'word' as const),
  fc.integer({ min: 1, max: 200 }),
);

describe('domain/heartbeat', () => {
  it('answers everybody once: when VPP has said something that he asked for, or when it is late', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
        const beat = new Heartbeat<number>(0);
        const askedAt = new Map<number, number>();
        const answered: number[] = [];
        let [now, asker, lastWord, pinging, listening] = [0, 0, 0, false, false];
        const answer = (askers: readonly number[]) => {
          for (const one of askers) {
            const at = askedAt.get(one) ?? now;
            const heard = beat.heard;
            if (heard.state === 'heard')
              expect(lastWord, 'what it says is from after the question').to.be.at.least(at);
            answered.push(one);
          }
        };
        const ping = () => {
          if (!beat.ping(now)) return;
          pinging = true;
          listening = true;
        };
        const late = () => {
          while (listening && beat.lateAt < now) {
            const { answered: some, listens } = beat.late(lastWord);
            listening = listens;
            answer(some);
          }
        };
        for (const step of steps) {
          if (typeof step === 'number') {
            now += step;
            late();
          } else if (step === 'ask') {
            askedAt.set(++asker, now);
            answer(beat.ask(asker, now));
            ping();
          } else if (step === 'word') lastWord = now;
          else if (pinging) {
            pinging = false;
            listening = false;
            if (step === 'fail') answer(beat.failed());
            else {
              lastWord = now;
              const { answered: some, again } = beat.ponged(now);
              answer(some);
              expect(beat.silentSince).to.equal(null);
              if (again) ping();
            }
          }
        }
        now += 10 * PROMPT_MS;
        late();
        answer(beat.end());
        expect(answered.toSorted((a, b) => a - b)).to.deep.equal(
          Array.from({ length: asker }, (_, i) => i + 1),
        );
      }),
    );
  });

  it('sends one ping for all who ask before it is sent, and one more for those who come later', () => {
    const beat = new Heartbeat<string>(0);
    beat.ask('a', 0);
    expect(beat.ping(0)).to.equal(true);
    beat.ask('b', 1);
    expect(beat.ping(1)).to.equal(false);
    expect(beat.ponged(2)).to.deep.equal({ answered: ['a'], again: true });
  });
});

describe('domain/vpp-silence', () => {
  it('counts silence only while answers are owed, pings an idle VPP every 10 s, and gives up after 6 s', () => {
    const silence = new VppSilence();
    expect(silence.look(0, false, 9000).verdict).to.equal('fine');
    expect(silence.look(0, false, 10_000).verdict).to.equal('ping');
    expect(silence.look(0, true, 11_000), 'it is owed since now').to.deep.equal({
      verdict: 'ping',
      silentMs: 0,
    });
    expect(silence.look(0, true, 16_000)).to.deep.equal({ verdict: 'ping', silentMs: 5000 });
    expect(silence.look(16_500, true, 17_000), 'it said something').to.deep.equal({
      verdict: 'fine',
      silentMs: 500,
    });
    expect(silence.look(16_500, true, 22_500)).to.deep.equal({ verdict: 'hangs', silentMs: 6000 });
  });
});
