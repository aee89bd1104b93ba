import { expect } from 'chai';
import type { IpAddress } from '../../domain/ip.js';
import { type LbOperation, type VipId, type VipKey, type VipState, vipId } from '../../domain/lb.js';

/** The lb plugin as strict as it could be: what VPP would refuse, or what would leave something behind, is an error. */
export class PluginModel {
  readonly #vips = new Map<VipId, { state: Omit<VipState, 'ases'>; servers: Map<IpAddress, number> }>();

  constructor(found: readonly VipState[]) {
    for (const { ases, ...state } of found) {
      const servers = new Map(ases.map(({ address, weight }) => [address, weight]));
      this.#vips.set(vipId(state.key), { state, servers });
    }
  }

  execute(operation: LbOperation): void {
    const id = vipId(operation.key);
    const vip = this.#vips.get(id);
    if (operation.op === 'vip-add') {
      expect(vip, 'add of a VIP that exists').to.equal(undefined);
      const { key, encap, tableLength, srcIpSticky } = operation;
      for (const { state } of this.#vips.values()) {
        expect(
          state.key.prefix !== key.prefix || state.encap === encap,
          'neighbours of one encapsulation',
        ).to.equal(true);
      }
      const state = { key, encap, tableLength: { value: tableLength, exact: true }, srcIpSticky };
      this.#vips.set(id, { state, servers: new Map() });
      return;
    }
    if (vip === undefined) throw new Error(`${operation.op} of a VIP that does not exist`);
    const { servers } = vip;
    switch (operation.op) {
      case 'vip-del':
        expect([...servers.keys()], 'servers left behind').to.deep.equal([]);
        this.#vips.delete(id);
        break;
      case 'as-add':
        expect(servers.has(operation.address), 'add of a server that exists').to.equal(false);
        servers.set(operation.address, operation.weight);
        break;
      case 'as-del':
        expect(servers.delete(operation.address), 'delete of an unknown server').to.equal(true);
        break;
      case 'as-weight':
        expect(servers.get(operation.address), 'from').to.equal(operation.from);
        servers.set(operation.address, operation.weight);
        break;
    }
  }

  serves(key: VipKey): boolean {
    return [...(this.#vips.get(vipId(key))?.servers.values() ?? [])].some((weight) => weight > 0);
  }

  vips(): VipState[] {
    return [...this.#vips.values()].map(({ state, servers }) => ({
      ...state,
      ases: [...servers].map(([address, weight]) => ({ address, weight, buckets: 0 })),
    }));
  }

  /** For comparison, whatever the order. */
  plain(): Readonly<Record<string, unknown>> {
    const entries = this.vips().map(({ ases, ...state }): [string, unknown] => [
      vipId(state.key),
      { ...state, servers: Object.fromEntries(ases.map(({ address, weight }) => [address, weight])) },
    ]);
    return Object.fromEntries(entries);
  }
}
