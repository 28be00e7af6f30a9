import { Inject, Module, type OnModuleDestroy } from '@nestjs/common';
import { openDicomReader, type ClosableDicomReader } from '@concord/adapters/codecs';
import { QidoController } from './qido.controller.ts';
import { StowController } from './stow.controller.ts';
import { DICOM_READER } from './tokens.ts';
import { WadoController } from './wado.controller.ts';

/** DICOMweb: images in, found, and out again as they came. */
@Module({ controllers: [StowController, QidoController, WadoController], providers: [{ provide: DICOM_READER, useFactory: () => openDicomReader() }] })
export class DicomWebModule implements OnModuleDestroy {
  readonly #reader: ClosableDicomReader;

  constructor(@Inject(DICOM_READER) reader: ClosableDicomReader) {
    this.#reader = reader;
  }

  onModuleDestroy(): Promise<void> {
    return this.#reader.close();
  }
}
