import { Controller, Get, Header } from '@nestjs/common';
import { openApi } from '@concord/contracts';
import { Needs } from '../edge/permission.ts';

/** The description of this API, for whoever has a token. It holds no data, so no transaction is opened. */
@Controller('api/v1/openapi.json')
export class OpenApiController {
  readonly #text = JSON.stringify(openApi());

  @Get()
  @Needs('read', 'Session')
  @Header('content-type', 'application/json; charset=utf-8')
  document(): string {
    return this.#text;
  }
}
