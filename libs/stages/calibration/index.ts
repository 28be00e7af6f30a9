export { calibrate, calibrationFor, isCovered, monotone, type Calibrated, type Calibration } from './calibrate.ts';
