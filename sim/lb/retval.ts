/** The return codes of VPP that are given here. 0 is success. */
export const RETVAL = {
  OK: 0,
  INVALID_SW_IF_INDEX: -2,
  NO_SUCH_FIB: -3,
  NO_SUCH_ENTRY: -6,
  INVALID_VALUE: -7,
  INVALID_MEMORY_SIZE: -70,
  INVALID_ARGUMENT: -73,
  VALUE_EXIST: -81,
  INVALID_ADDRESS_FAMILY: -97,
} as const;

export type Retval = (typeof RETVAL)[keyof typeof RETVAL];
