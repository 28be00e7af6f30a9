import { Module } from '@nestjs/common';
import { AuditController } from './audit.controller.ts';
import { BundleController } from './bundle.controller.ts';
import { HeadController } from './head.controller.ts';
import { ReportsController } from './reports.controller.ts';

/** The audit record, for the privacy officer; what it says of one patient, for the patient too. */
@Module({ controllers: [AuditController, BundleController, HeadController, ReportsController] })
export class AuditModule {}
