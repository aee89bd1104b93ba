import { type Decision, type DesiredVip, type LbConf, type VipId, vipId } from './lb.js';

/**
 * The decision as it stands now. It is changed as a whole by a new config, or in one VIP by a backend that fails, and
 * read by whoever carries it out at the moment when he does: nobody keeps a copy that could grow old.
 */
export class StandingDecision {
  private settings: Pick<Decision, 'conf' | 'syncInterval' | 'statsInterval'>;
  private byId = new Map<VipId, DesiredVip>();
  private ids = new Map<string, VipId>();

  constructor(decision: Decision) {
    this.settings = decision;
    this.replace(decision);
  }

  get conf(): LbConf {
    return this.settings.conf;
  }

  /** Milliseconds between two full syncs. */
  get syncInterval(): number {
    return this.settings.syncInterval;
  }

  /** Milliseconds between two readings of VPP's counters. */
  get statsInterval(): number {
    return this.settings.statsInterval;
  }

  /** In the order of the config. */
  vips(): readonly DesiredVip[] {
    return [...this.byId.values()];
  }

  vip(id: VipId): DesiredVip | undefined {
    return this.byId.get(id);
  }

  ofFrontend(name: string): DesiredVip | undefined {
    const id = this.ids.get(name);
    return id === undefined ? undefined : this.byId.get(id);
  }

  replace(decision: Decision): void {
    this.settings = decision;
    this.byId = new Map(decision.vips.map((vip) => [vipId(vip.key), vip]));
    this.ids = new Map(decision.vips.map((vip) => [vip.frontend, vipId(vip.key)]));
  }

  /** False, and without effect, when that frontend has no such VIP any more: the news is older than the config. */
  replaceVip(vip: DesiredVip): boolean {
    const id = vipId(vip.key);
    if (this.ids.get(vip.frontend) !== id) return false;
    this.byId.set(id, vip);
    return true;
  }
}
