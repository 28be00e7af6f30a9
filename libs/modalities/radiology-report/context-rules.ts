/** What a phrase says of the findings in its reach. */
export type Circumstance = 'absent' | 'possible' | 'historical' | 'family';

/**
 * One list of phrases with the same effect.
 * - `says`: findings in reach are all of these; `reach` is before the phrase, after it, or both, and ends after `words` words.
 * - `ends`: a reach of these circumstances stops here.
 * - `nothing`: looks like a trigger and is none; it takes its words so that no shorter phrase is read in them.
 */
export type ContextRule =
  | {
      readonly kind: 'says';
      readonly circumstances: readonly Circumstance[];
      readonly reach: 'after' | 'before' | 'both';
      readonly words?: number;
      readonly phrases: readonly string[];
    }
  | { readonly kind: 'ends'; readonly circumstances: readonly Circumstance[]; readonly phrases: readonly string[] }
  | { readonly kind: 'nothing'; readonly phrases: readonly string[] };

const ALL: readonly Circumstance[] = ['absent', 'possible', 'historical', 'family'];

/**
 * Rules in the manner of NegEx and ConText, in our own selection and wording.
 * Sources of the method: Chapman WW et al. J Biomed Inform 2001;34:301-310. Harkema H et al. J Biomed Inform 2009;42:839-851.
 */
export const CONTEXT_RULES: readonly ContextRule[] = [
  {
    kind: 'nothing',
    phrases: [
      'no {significant|interval|definite|significant interval|appreciable|substantial|other|further|relevant|short interval|} {change*|increase|decrease|improvement|worsening|progression}',
      'not {significantly|appreciably|substantially|much|} {changed|increased|decreased|improved|different}',
      'without {significant|interval|appreciable|} {change|improvement|difficulty}',
      'not {only|necessarily|extend*|drain*|cause*}',
      'gram negative',
      'no {longer than|doubt|matter}',
      'no {prior|previous|comparison|old|earlier|available} {study|studies|exam*|film*|radiograph*|comparison*|imaging|image*}',
      'not {currently |}on {oxygen|medication*|home}',
      '{prior|previous|recent|old|earlier} {chest |portable |comparison |ct |}{study|studies|exam*|film*|radiograph*|x|imaging|image*|ct|scan*|comparison*|report*}',
      '{since|from|than|to} {the |} {prior|previous|earlier|last}',
      'history {and|, and|&|,} {physical|examination}',
      'history {taking|from|is unobtainable|obtained}',
      '{history|hx} :',
      'post {op|operative|procedure|procedural}',
      '{poor|clinical|patient|detailed|medication|present} history',
      'history of {present|presenting|the present|current} {illness|complaint}',
      'history of chief complaint',
      'day history of',
      '{day|days|week|weeks|month|months|hour|hours} history of',
      'likely {unchanged|stable|similar}',
      '{know|as} if',
      'family {practice|practitioner|physician|doctor|medicine|member|members|meeting|reports|states|at bedside}',
    ],
  },
  {
    kind: 'says',
    circumstances: ['absent'],
    reach: 'after',
    phrases: [
      'no',
      'not',
      'nor',
      'non',
      'none {of|had|have|has|was|were}',
      'neither',
      'never {had|developed|complained of|experienced|}',
      'without {any |evidence of |sign of |signs of |indication of |}',
      '{absence|absent|lack|lacks|lacked|devoid|free|clear|exclusion} of',
      '{absent|lacks|lacked|lacking}',
      '{deny|denies|denied|denying} {any |having |}',
      've for',
      '{low|little|no} {clinical |}{suspicion|likelihood} {for|of}',
      'negative {for|} {any |}',
      'unremarkable for',
      '{fails|failed|unable|failure} to {reveal|demonstrate|show|identify|find}',
      "{cannot|can not|can't|could not|couldn't|unable to} {see|identify|find|detect|appreciate}",
      '{does|do|did|is|are|was|were|has|have|had|will|would} not',
      "{doesn't|don't|didn't|isn't|aren't|wasn't|weren't|hasn't|haven't|hadn't}",
      '{rather than|instead of|as opposed to}',
      '{nothing|little|insufficient evidence} to {suggest|indicate|support}',
      'no {evidence|suggestion|sign|signs|indication|findings|radiographic evidence|new evidence|other evidence} {of|for|to suggest|to indicate|suggesting|suggestive of|}',
      'no {complaint|complaints} of',
      'no {new|acute|focal|obvious|definite|significant|suspicious|gross|abnormal|other|known|apparent|frank|associated}',
      '{test|tested|tests|checked} {negative |}for',
      '{rules|ruled} {out|him out|her out|the patient out} {for|against|}',
      'did rule {him |her |the patient |}out {for |against |}',
      '{can|adequate to|sufficient to|able to} rule {him |her |the patient |}out {for |against |}',
      'to exclude',
      '{excludes|excluded}',
    ],
  },
  {
    kind: 'says',
    circumstances: ['absent', 'historical'],
    reach: 'after',
    phrases: [
      'no {prior |known |past |previous |personal |significant |}history of',
      '{denies|without|negative for} {any |} {prior |known |past |previous |} history of',
    ],
  },
  { kind: 'says', circumstances: ['absent'], reach: 'after', words: 3, phrases: ['{resolution of|interval resolution of|removal of}'] },
  { kind: 'says', circumstances: ['absent'], reach: 'both', words: 5, phrases: ['resolved'] },
  {
    kind: 'says',
    circumstances: ['absent'],
    reach: 'before',
    phrases: [
      '{is|are|was|were|has been|have been|} {not|no longer} {seen|identified|present|evident|visualized|visualised|appreciated|detected|demonstrated|noted|found|observed|apparent|visible|shown|felt}',
      '{not|never} {been |clearly |definitely |}{seen|identified|visualized|visualised|appreciated|demonstrated}',
      '{is|are|was|were} {absent|negative|ruled out|excluded|resolved|denied|unlikely}',
      '{has|have} {resolved|cleared|been ruled out|been excluded|completely resolved|disappeared}',
      '{has|have|had} {since |now |}{resolved|cleared}',
      '{negative|unlikely|ruled out|absent|excluded}',
      '{thought|felt|considered|deemed} {to be |}unlikely',
      '{less|not|un} likely',
      'free',
      '{none|nil}',
      'can be {ruled out|excluded}',
    ],
  },
  {
    kind: 'says',
    circumstances: ['possible'],
    reach: 'after',
    phrases: [
      "{cannot|can not|can't|could not|unable to|does not|not|difficult to} {entirely |completely |definitively |}{exclude|rule out|rule him out|rule her out}",
      'did not rule out',
      '{rule|r / o|ro} {out|him out|her out|the patient out|} {for |}',
      '{possible|possibly|probable|probably|likely|presumed|presumably|perhaps|potential|suspected|questionable|question of|questioned|equivocal|suspicion of|suspicion for}',
      '{suspicious|concerning|worrisome|concern|concerns} {for|of|about|that}',
      '{may|might|could|would} {represent|reflect|be|indicate|suggest|relate to|be related to|be due to|be secondary to|correspond to|}',
      '{suggest|suggests|suggesting|suggestive|indicative|favor|favors|favoring|favour|favours|raises|raising} {of |the possibility of |the question of |}',
      'not {certain|sure|clear} {if|whether}',
      '{evaluate|assess|check|query|assessment|evaluation|look|screen} for',
      'the possibility of',
      'possibility {of|for}',
      '{differential|differential diagnosis} {includes|include|is|of|considerations include}',
      '{in the {appropriate|right|correct} clinical {setting|context}|if there is {clinical |}concern for}',
      'if',
      '{return|returns|call|call back|come back|seek care|notify} {to|for|if|with}',
      'should {there|he|she|the|they|you}',
      '{look|watch} {out |}for',
      'as needed for',
      '? ',
    ],
  },
  {
    kind: 'says',
    circumstances: ['possible'],
    reach: 'before',
    phrases: [
      "{cannot|can not|can't|could not|may not} {be |}{entirely |completely |definitively |fully |}{excluded|ruled out}",
      '{is|are|was|were|has been|have been|} not {entirely |completely |definitively |been |}{excluded|ruled out}',
      '{should|must|ought to|may|might|could|will|needs to|need to|has to|is to} be {excluded|ruled out|considered}',
      '{is|are|was|were|} {possible|suspected|questioned|questionable|not excluded|considered|in the differential}',
      'being ruled out',
      '{less likely|?}',
      'what must be ruled out is',
    ],
  },
  { kind: 'says', circumstances: ['possible'], reach: 'both', words: 5, phrases: ['{versus|vs|and / or}'] },
  {
    kind: 'says',
    circumstances: ['historical'],
    reach: 'after',
    phrases: [
      '{history|hx|h / o} {of|significant for|notable for|remarkable for|includes|included|is significant for|is notable for|is remarkable for|}',
      '{past|previous|prior} {medical |surgical |} history {is|:|includes|included|of|}',
      '{past|prior|previous} {medical|surgical} history',
      '{pmh|pmhx|psh}',
      'known {history of|to have}',
      '{in the past for|underlying history of}',
      'social history',
    ],
  },
  {
    kind: 'says',
    circumstances: ['historical'],
    reach: 'after',
    words: 4,
    phrases: ['{status post|s / p}', '{prior|previous|previously|old|remote|healed|healing|former|formerly}', 'sequela* of'],
  },
  {
    kind: 'says',
    circumstances: ['historical'],
    reach: 'before',
    phrases: ['{in the past|years ago|months ago|year ago|as a child|in childhood|previously|last year|by history}', '{has|have} healed', 'in {19|20}*'],
  },
  {
    kind: 'says',
    circumstances: ['family'],
    reach: 'after',
    phrases: [
      '{mother|father|sister|brother|aunt|uncle|cousin|grandmother|grandfather|grandparents|parents|sibling|siblings|son|daughter|mom|dad|roommate|wife|husband|niece|nephew}',
      "{mother's|father's|sister's|brother's|aunt's|uncle's|grandmother's|grandfather's|wife's|husband's|mom's|dad's|roommate's}",
      '{familial|fh}',
    ],
  },
  { kind: 'says', circumstances: ['historical'], reach: 'before', words: 2, phrases: ['history'] },
  { kind: 'says', circumstances: ['family', 'historical'], reach: 'after', phrases: ['family history {of|:|is|positive for|significant for|notable for|}'] },
  { kind: 'nothing', phrases: ['by {his|her} {wife|husband|mother|father|son|daughter|brother|sister|family}', 'lives with {his|her|their}'] },
  {
    kind: 'ends',
    circumstances: ALL,
    phrases: [
      '{but|however|nevertheless|yet|though|although|except|whereas|while|despite|otherwise}',
      '{aside|apart|other than} from',
      '{secondary to|due to|because of|as a result of|caused by|in the setting of}',
      '{as|} {the|a|an} {cause|source|reason|etiology|origin|secondary cause} {of|for}',
      '{cause|causes|source|sources|reason|reasons|etiology|origin|origins} {of|for}',
      'trigger event for',
      'other possibilities of',
      ';',
    ],
  },
  {
    kind: 'ends',
    circumstances: ['historical', 'family', 'possible'],
    phrases: [
      '{presented|presents|presenting|complains|complaining|complained|coming in with|comes in with|was found|reports|reported|states|stated|currently|today|now|noted|notes}',
      '{who|which}',
      'sudden onset',
      'recent {onset|}',
    ],
  },
  { kind: 'ends', circumstances: ['family', 'possible'], phrases: ["{patient|his|her|patient's|since|because|diagnosis}"] },
  {
    kind: 'ends',
    circumstances: ['absent'],
    phrases: [
      'there {is|are|was|were}',
      'and {is|was|are|were|has|have|had|there|he|she|the patient|it|they|then|now|his|her}',
      '{showed|shows|revealed|reveals|demonstrates|demonstrated}',
      'for {his|her|their}',
      ', {with|now|there|he|she|it|which|who|the|a|his|her|is|was|has}',
    ],
  },
];
