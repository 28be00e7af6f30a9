export { calibrate, calibrationFor, curveDraws, isCovered, monotone, type Calibrated, type Calibration } from './calibrate.ts';
