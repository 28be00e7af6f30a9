import { hours, minus } from '@concord/core/kernel';
import { BLOODS, CALM, NOON, patient, type TimelineBuilder } from '@concord/testing';
import { drawnFilm, REPORT } from '../model.ts';

const WORSE = { respiration: 22, spo2: 96, systolic: 112, diastolic: 66, pulse: 116, temperature: 37.4 };
/** Blood of somebody in whom an infection takes hold: lactate and white cells up, platelets down, kidneys failing. */
const SEPTIC = { '2524-7': 4.1, '6690-2': 19.5, '777-3': 92, '2160-0': 2.3, '3094-0': 44, '1975-2': 2.4 };
const HOT = { respiration: 27, spo2: 92, systolic: 96, diastolic: 52, pulse: 118, temperature: 38.9 };

/** Frozen patients by the question they are asked, as a clinician would describe them. */
export const PATIENTS = {
  'physiological-decline': {
    'calm, signs alone': patient()
      .admitted(minus(NOON, hours(12)), 'ward')
      .hourly(10, CALM),
    'worse within the hour': patient()
      .admitted(minus(NOON, hours(12)), 'icu')
      .hourly(9, CALM, minus(NOON, hours(1)))
      .signs(NOON, WORSE),
    'signs, report and film': patient()
      .admitted(minus(NOON, hours(12)), 'ward')
      .hourly(10, CALM)
      .report(minus(NOON, hours(1)), REPORT)
      .image(minus(NOON, hours(2)), drawnFilm()),
    'three hours only': patient().hourly(3, CALM),
  },
  'sepsis-onset': {
    'calm, signs alone, hour 10 of intensive care': patient()
      .admitted(minus(NOON, hours(10)), 'icu')
      .hourly(10, CALM),
    'calm, with bloods': patient()
      .admitted(minus(NOON, hours(10)), 'icu')
      .hourly(10, CALM)
      .labs(minus(NOON, hours(3)), BLOODS),
    'hot, fast, pressure falling, lactate 4.1': patient()
      .admitted(minus(NOON, hours(20)), 'icu')
      .hourly(14, CALM, minus(NOON, hours(5)))
      .hourly(5, HOT)
      .labs(minus(NOON, hours(2)), SEPTIC),
    'the same on hour 49: no longer asked': patient()
      .admitted(minus(NOON, hours(49)), 'icu')
      .hourly(14, CALM, minus(NOON, hours(5)))
      .hourly(5, HOT)
      .labs(minus(NOON, hours(2)), SEPTIC),
    'a girl of eleven: not asked': patient()
      .born('2014-06-01')
      .admitted(minus(NOON, hours(10)), 'icu')
      .hourly(10, HOT),
  },
  'hospital-mortality': {
    'calm at hour 48, signs alone': patient()
      .admitted(minus(NOON, hours(48)), 'icu')
      .hourly(40, CALM),
    'calm at hour 48, with bloods': patient()
      .admitted(minus(NOON, hours(48)), 'icu')
      .hourly(40, CALM)
      .labs(minus(NOON, hours(6)), BLOODS),
    'failing at hour 48, aged 85': patient()
      .born('1940-05-05')
      .admitted(minus(NOON, hours(48)), 'icu')
      .hourly(40, HOT)
      .labs(minus(NOON, hours(30)), BLOODS)
      .labs(minus(NOON, hours(2)), SEPTIC),
    'failing on a ward: not asked': patient()
      .admitted(minus(NOON, hours(48)), 'ward')
      .hourly(40, HOT),
    'failing at hour 47: not asked yet': patient()
      .admitted(minus(NOON, hours(47)), 'icu')
      .hourly(40, HOT),
  },
} satisfies Readonly<Record<string, Readonly<Record<string, TimelineBuilder>>>>;
