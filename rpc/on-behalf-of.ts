/**
 * Key of the metadata by which a caller says for which user of its own it acts: the log, and who asked for an override, have
 * both. It gives no rights, and whoever may only read is not believed.
 */
export const onBehalfOfKey = 'maglev-on-behalf-of';
