export { erasePatient, type ErasePatientParts } from './erase-patient.ts';
