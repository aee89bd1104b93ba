import type { LbGeneration } from './lb/lb-state.js';

/**
 * Which VPP is played. modern: 26.10 and later. legacy: up to 26.06, without weights and lb_conf_get, and with the
 * byte orders and prefix lengths of its lb API wrong.
 */
export type Personality = LbGeneration;

export const personalities: readonly Personality[] = ['modern', 'legacy'];

export interface PersonalityFacts {
  /** What `show_version` gives when nothing else is asked for. */
  readonly version: string;
  /** What get_first_msg_id knows the lb plugin's messages by. */
  readonly lbRange: string;
  /** Messages of today's lb module that this VPP does not have. */
  readonly absentMessages: ReadonlySet<string>;
}

const weightMessages = [
  'lb_conf_get',
  'lb_conf_get_reply',
  'lb_add_del_as_v2',
  'lb_add_del_as_v2_reply',
  'lb_as_set_weight',
  'lb_as_set_weight_reply',
  'lb_as_v2_dump',
  'lb_as_v2_details',
];

/** The crc in a range name is of VPP's C bindings; it is not the one that the JSON description of the module gives. */
export const personalityFacts: Readonly<Record<Personality, PersonalityFacts>> = {
  modern: { version: '26.10-release', lbRange: 'lb_487dee0a', absentMessages: new Set() },
  legacy: { version: '26.06-release', lbRange: 'lb_31818767', absentMessages: new Set(weightMessages) },
};
