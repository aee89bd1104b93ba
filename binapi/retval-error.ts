import { MaglevError } from '../domain/errors.js';
import { describeRetval } from './retval.js';

/** VPP answered a request with a return code other than 0. */
export class RetvalError extends MaglevError {
  readonly retval: number;
  /** The request. */
  readonly request: string;

  constructor(request: string, retval: number) {
    super('MGL_VPP_RETVAL', `${request}: VPP returned ${describeRetval(retval, request)}`);
    this.retval = retval;
    this.request = request;
  }
}
