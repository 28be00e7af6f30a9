import { Module } from '@nestjs/common';
import { SERVED } from '@concord/interop/fhir';
import { BundleController } from './bundle.controller.ts';
import { ConsentWriter } from './consent-writer.ts';
import { Creator } from './creator.ts';
import { FhirReader } from './reader.ts';
import { resourceController } from './resource.controller.ts';
import { FhirWriter } from './writer.ts';

/** FHIR R4 under /fhir/R4: one controller for each line of the table of served resources. */
@Module({ controllers: [BundleController, ...SERVED.map(resourceController)], providers: [ConsentWriter, Creator, FhirReader, FhirWriter] })
export class FhirModule {}
