import { Module } from '@nestjs/common';
import { AdministrationController } from './administration.controller.ts';
import { BreakGlassController } from './break-glass.controller.ts';
import { DeviceTurnsController } from './device-turns.controller.ts';
import { DevicesController } from './devices.controller.ts';

/** Who reaches whom: administration, emergencies, and what a patient decides beside consent. */
@Module({ controllers: [AdministrationController, BreakGlassController, DevicesController, DeviceTurnsController] })
export class AccessModule {}
