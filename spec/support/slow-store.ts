import type { LoadedIntents } from '../../domain/intent-desk.js';
import type { Intents } from '../../domain/operator.js';
import type { IntentStore } from '../../protocol/intents.js';
import { type Gate, gate } from './stage.js';

/** A disk that answers when the spec says so. */
export class SlowStore implements IntentStore {
  readonly loads: Gate<LoadedIntents>[] = [];
  readonly saves: (Gate & { readonly names: string[] })[] = [];
  atOnce: LoadedIntents | null = null;
  hangs = true;

  readonly load = (): Promise<LoadedIntents> => {
    const one = gate<LoadedIntents>();
    this.loads.push(one);
    if (this.atOnce !== null) one.open(this.atOnce);
    return one.opened;
  };

  readonly save = (intents: Intents): Promise<void> => {
    const one = { ...gate(), names: [...intents.values()].map(({ backend }) => backend) };
    this.saves.push(one);
    if (!this.hangs) one.open();
    return one.opened;
  };
}
