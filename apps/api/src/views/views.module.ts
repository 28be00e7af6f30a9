import { Module } from '@nestjs/common';
import { AssessmentsController } from './assessments.controller.ts';
import { CounterfactualController } from './counterfactual.controller.ts';
import { OpenApiController } from './openapi.controller.ts';
import { PatientsController } from './patients.controller.ts';
import { ReconcileController } from './reconcile.controller.ts';
import { SessionController } from './session.controller.ts';
import { WorklistController } from './worklist.controller.ts';

/** What the dashboard reads, and anyone else whose token allows it. */
@Module({
  controllers: [
    SessionController,
    WorklistController,
    PatientsController,
    AssessmentsController,
    CounterfactualController,
    ReconcileController,
    OpenApiController,
  ],
})
export class ViewsModule {}
