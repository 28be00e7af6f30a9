export { PREPARED_SIDE, prepareChest, type Crop, type PreparedChest } from './prepare.ts';
