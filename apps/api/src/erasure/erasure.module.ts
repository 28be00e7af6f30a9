import { Module } from '@nestjs/common';
import { ErasuresController } from './erasures.controller.ts';
import { LegalHoldsController } from './legal-holds.controller.ts';

@Module({ controllers: [ErasuresController, LegalHoldsController] })
export class ErasureModule {}
