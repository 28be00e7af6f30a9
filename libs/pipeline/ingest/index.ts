export { admit, admitSign, derivedOf, type Admitted, type SignArrival } from './admit.ts';
export { AHEAD_MAX, checkTime } from './times.ts';
