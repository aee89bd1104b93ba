import { didYouMean, suggester } from '../domain/did-you-mean.js';
import { quote } from '../domain/quote.js';
import { unusableInVpp } from './address-rules.js';
import type { Finding } from './finding.js';
import type { ConfigFile } from './schema.js';

export function checkBackends(file: ConfigFile): Finding[] {
  const found: Finding[] = [];
  const suggest = suggester([...file.healthchecks.keys()]);
  for (const [name, { address, healthcheck }] of file.backends) {
    const path = ['maglev', 'backends', name];
    const unusable = unusableInVpp(address);
    if (unusable !== null) found.push({ path: [...path, 'address'], message: unusable });
    if (healthcheck !== null && !file.healthchecks.has(healthcheck)) {
      const message = `no health check is called ${quote(healthcheck)}${didYouMean(suggest(healthcheck))}`;
      found.push({ path: [...path, 'healthcheck'], message });
    }
  }
  return found;
}
