import { Module } from '@nestjs/common';
import { AuditController } from './audit.controller.ts';

/** The audit record, for the privacy officer. */
@Module({ controllers: [AuditController] })
export class AuditModule {}
