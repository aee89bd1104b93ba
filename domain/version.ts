/** The version of the whole product, as in package.json. Rules that must stay pure cannot read a file. */
export const productVersion = '0.1.0';
