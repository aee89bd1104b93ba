/** Are the slow kinds wanted in full (`npm run test:tables`)? Otherwise a part of them is enough. */
export const wholeOfIt = process.env['MAGLEV_SPECS'] === 'all';
