/*
 * The only place where adapters meet the edge.
 *
 * To add a resource: one folder under src/, one Nest module with its controllers, one line in `resources` below.
 *
 *   @Controller('fhir/R4/Patient')
 *   class PatientController {
 *     constructor(@Inject(Gate) gate: Gate, @Inject(CLOCK) clock: Clock) {}     // every argument names its token
 *
 *     @Get(':id')
 *     @Needs('read', 'Patient')                                                 // or @OpenToAll('why'); none fails the boot
 *     read(@From() caller: Caller, @Param('id') id: string) {
 *       return this.gate.find(caller, aboutPatient(id), async (scope) => …);    // undefined → the one 404; decided, audited
 *     }
 *
 *     @Post()
 *     @Needs('create', 'Patient')
 *     create(@From() caller: Caller, @Req() request: FastifyRequest, @Body() body: RawBody) { … }
 *   }
 *
 * - `gate.open` gives the value, `gate.find` turns undefined into 404. Do not throw inside the work what should keep its
 *   audit event: return it and throw outside. Throwing inside rolls the transaction back.
 * - `body` is a Buffer (`bytesOf(body)`), unparsed; for multipart/related and application/dicom an unread Readable.
 *   `requireMediaType(request, [...])` answers 415. Limits: edge/body.ts.
 * - Wrong answers are thrown: `failure(422, 'text')`, `new Failure(400, [{ code, text, expression, line }])`, `notFound()`;
 *   the filter writes OperationOutcome, DICOM JSON or problem+json by the path. Texts never repeat what was sent.
 * - `caller.requestId`, `caller.actor.sourceId`, `caller.purpose`; x-request-id, no-store and nosniff are set for you.
 */
import type { DynamicModule, Type } from '@nestjs/common';
import type { SourceId } from '@concord/core/clinical';
import { instant } from '@concord/core/kernel';
import type { Clock } from '@concord/core/ports';
import { clamdScanner } from '@concord/adapters/antivirus';
import { createVerifiers } from '@concord/adapters/keycloak';
import type { Telemetry } from '@concord/adapters/telemetry';
import { AccessModule } from './access/access.module.ts';
import { AuditModule } from './audit/audit.module.ts';
import type { Backend } from './backend.ts';
import type { Config } from './config.ts';
import { DicomWebModule } from './dicom-web/dicom-web.module.ts';
import type { Log } from './edge/log.ts';
import { DiscordanceModule } from './discordance/discordance.controller.ts';
import { ErasureModule } from './erasure/erasure.module.ts';
import { FhirModule } from './fhir/fhir.module.ts';
import { createAuthenticate, FEED_CLIENT } from './identity/authenticate.ts';
import { IngestModule } from './ingest/csv.controller.ts';
import { Sessions } from './identity/sessions.ts';
import { SignIn, WEB_CLIENT } from './identity/sign-in.ts';
import { ModelsModule } from './models/models.controller.ts';
import { createSignInRecord } from './identity/sign-in-record.ts';
import type { Parts } from './server.ts';
import { servedBundle } from './views/served-bundle.ts';
import { ViewsModule } from './views/views.module.ts';

/** One line per resource: FHIR, ingest, DICOMweb, the views of the dashboard, the models, the audit record. */
const resources: readonly (Type | DynamicModule)[] = [
  AccessModule,
  FhirModule,
  IngestModule,
  DicomWebModule,
  ViewsModule,
  DiscordanceModule,
  ModelsModule,
  ErasureModule,
  AuditModule,
];

/** The resource server that tokens are meant for, and whose client roles count. */
export const AUDIENCE = 'concord-api';

/** Who feeds data in: the login of a person or the id of a client → the source whose authority and zone are configured. */
const SOURCES: ReadonlyMap<string, SourceId> = new Map([
  ['integrator', 'integrator' as SourceId],
  [FEED_CLIENT, 'integrator' as SourceId],
]);

/** A large study takes the scanner some seconds. */
const SCAN_PATIENCE_MS = 30_000;

/** The real parts of the edge, except for the listening. */
export function compose(config: Config, backend: Backend, metrics: Telemetry, log: Log): Parts {
  const clock: Clock = { now: () => instant(Date.now()) };
  const seal = backend.sessionSeal;
  const sessions = new Sessions({ store: backend.sessions, seal, now: () => clock.now() });
  const signIn = new SignIn({
    identity: config.identity,
    publicUrl: config.publicUrl,
    always: config.secondFactor === 'always',
    sessions,
    seal,
    now: () => clock.now(),
  });
  const verifiers = createVerifiers({
    issuer: config.identity.issuer,
    jwksUrl: `${config.identity.realmUrl}/protocol/openid-connect/certs`,
    audience: AUDIENCE,
    webClient: WEB_CLIENT,
    clients: [WEB_CLIENT, FEED_CLIENT, 'concord-cli'],
    realm: 'concord',
    sources: SOURCES,
    ...(config.identity.keyTimes === undefined ? {} : { keys: config.identity.keyTimes }),
  });
  const authenticate = createAuthenticate({ verify: verifiers.token, sessions, signIn, publicUrl: config.publicUrl, secondFactor: config.secondFactor });
  return {
    config,
    backend,
    clock,
    metrics,
    sessions,
    signIn,
    signInRecord: createSignInRecord(backend.record, verifiers.token),
    authenticate,
    verifyLogout: verifiers.logout,
    log,
    scan: config.clamd === undefined ? undefined : clamdScanner({ ...config.clamd, patience: SCAN_PATIENCE_MS }),
    resources,
    servedBundle: servedBundle(config.dataDir, config.modelsDir),
  };
}
