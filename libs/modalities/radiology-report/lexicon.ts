import type { Course, Extent, Finding } from './findings.ts';

/**
 * Phrases that name a finding, in our own words (syntax: `phraseBook`). `denies`: phrases that state its normal
 * counterpart, so that "the lungs are clear" speaks of opacities. A finding named `null` is a look-alike that takes its
 * words and names nothing.
 */
export const LEXICON: readonly { readonly finding: Finding | null; readonly names: readonly string[]; readonly denies?: readonly string[] }[] = [
  {
    finding: 'atelectasis',
    names: [
      '{atelecta*|subatelecta*}',
      '{lobar|lung|lobe} collapse',
      'collapse of the ~ {lung|lobe}',
      '{volume loss|loss of volume}',
      'collapsed {lung|lobe}',
      'collapse',
    ],
  },
  {
    finding: 'cardiomegaly',
    names: [
      'cardiomegaly',
      '{enlarged|large|dilated|prominent|globular} {heart|cardiac} {silhouette|shadow|contour|size|}',
      '{enlarged|large|prominent} {cardiopericardial|cardiomediastinal|cardio mediastinal} {silhouette|contour}',
      '{heart|cardiac|cardiomediastinal|cardiopericardial} {silhouette|shadow|contour|size|} {is|appears|remains|was} {not |}~ {enlarged|increased|large|prominent}',
      '{cardiac|heart} {enlargement|prominence}',
      'enlargement of the {cardiac silhouette|heart|cardiac shadow|cardiomediastinal silhouette|cardiopericardial silhouette}',
      '{heart|cardiac silhouette|cardiac shadow} {size |}{enlarged|at the upper limits|upper limits}',
      '{heart|cardiac} size {is |}{at |}{the |}upper {limit|limits}',
      '{heart|cardiac silhouette|heart size} : {mildly |moderately |markedly |borderline |}enlarged',
      'increased {cardiothoracic ratio|heart size|cardiac size}',
    ],
    denies: [
      '{heart|cardiac|cardiomediastinal|cardiopericardial|cardio mediastinal} {silhouette|shadow|contour|size|contours|} {and mediastinum |and mediastinal contour |and mediastinal contours |and pulmonary vascularity |and pulmonary vasculature |}{is|are|appears|appear|remains|was|within} {within |stable and |}{normal|unremarkable|not enlarged|normal limits|normal in size|of normal size}',
      'normal {heart|cardiac|cardiomediastinal|cardiopericardial} {silhouette|size|shadow|contour|contours|}',
      '{heart|cardiac silhouette|cardiomediastinal silhouette} {size |}{normal|unremarkable|of normal size}',
      'normal {sized heart|size of the heart|size heart}',
      '{heart|cardiac silhouette|heart size} and {mediastinum|mediastinal contour|mediastinal contours|mediastinal silhouette|pulmonary vascularity|pulmonary vasculature|lungs|great vessels} {are|is|appear|appears|} {within |}{normal|unremarkable|normal limits}',
      '{heart|cardiac silhouette|heart size} : {normal|unremarkable|not enlarged|normal size}',
      '{heart|cardiac} {size |silhouette |}not enlarged',
    ],
  },
  { finding: 'consolidation', names: ['consolidat*', 'air bronchogram*', '{airspace|air space} consolidat*'] },
  {
    finding: 'device',
    names: [
      '{picc|port a cath|portacath|mediport|pacemaker|pacer|icd|aicd|defibrillator|stimulator}',
      '{central|venous|jugular|subclavian|femoral|arterial|picc|dialysis|hemodialysis} {line|catheter|access}',
      '{chest|endotracheal|tracheostomy|nasogastric|orogastric|feeding|enteric|ng|et|pleural|drainage|dobhoff} {tube|tubes|drain|drains|catheter|catheters}',
      '{sternal|sternotomy} {wires|clips}',
      '{pigtail|swan ganz|pulmonary artery|impella|intra aortic balloon} {catheter|pump}',
      '{ecg|ekg|monitoring|pacing|pacemaker} {lead|leads|electrode|electrodes|wires}',
      '{prosthetic|mechanical|bioprosthetic|artificial} {valve|valves}',
      '{tracheostomy|stent|stents|tube|tubes|catheter|catheters|hardware|defibrillators|pacemakers}',
      'valve {replacement|prosthesis|repair}',
      'surgical {clips|hardware|staples}',
    ],
  },
  {
    finding: 'edema',
    names: [
      '{edema*|oedema*}',
      '{vascular|pulmonary|venous|pulmonary vascular|pulmonary venous} {congestion|engorgement|plethora}',
      '{heart|cardiac} failure',
      'chf',
      '{fluid|volume} overload',
      'cephali{z|s}ation',
      'kerley {b|} {lines|line|}',
      '{indistinct*|ill defined|indistinctness of the} {pulmonary|perihilar|} {vasculature|vessels|vascularity|vascular markings}',
      'prominen* of the {pulmonary|} {vasculature|vascularity}',
      'peribronchial cuffing',
      '{vascular|pulmonary vascular} prominence',
    ],
    denies: [
      '{pulmonary|} {vasculature|vascularity|vascular markings} {is|are|appears|within} {within |}{normal|unremarkable|normal limits|normal in caliber|not engorged}',
      'normal {pulmonary|} {vasculature|vascularity}',
    ],
  },
  {
    finding: null,
    names: ['{extremity|peripheral|pedal|leg|ankle|cerebral|soft tissue|bone marrow|marrow|lower extremity|subcutaneous|facial|scalp} {edema|oedema}'],
  },
  {
    finding: 'effusion',
    names: [
      '{pleural |parapneumonic |subpulmonic |loculated |}{effusion|effusions}',
      '{pleural|pleura} {fluid|collection|collections|based fluid}',
      '{fluid|collection} in the {pleural space|fissure|minor fissure|major fissure|pleural cavity}',
      'blunt* of {the |} ~ {costophrenic|cp} {angle|angles|sulcus|sulci|recess}',
      '{costophrenic|cp} {angle|angles|sulcus|sulci} {is|are|appears|appear} {mildly |slightly |minimally |}{blunted|obscured|obliterated|ill defined}',
      'blunted {left |right |posterior |lateral |}{costophrenic|cp} {angle|angles|sulcus}',
      '{hemothorax|haemothorax|hydrothorax|hydropneumothorax|empyema|chylothorax}',
      'layering {fluid|effusion}',
    ],
    denies: [
      '{costophrenic|cp} {angle|angles|sulcus|sulci|recesses} {is|are|appear|remain} {sharp|clear|preserved|unremarkable}',
      'pleural {spaces|surfaces|space} {is|are|appear} {clear|normal|unremarkable|within normal limits}',
      'sharp {costophrenic|cp} {angles|sulci}',
    ],
  },
  { finding: null, names: ['{joint|knee|ankle|hip|elbow|glenohumeral|shoulder|middle ear|mastoid} {effusion|effusions}'] },
  { finding: 'pericardial-effusion', names: ['pericardial {effusion|effusions|fluid}', 'hemopericardium'] },
  { finding: 'embolism', names: ['{pulmonary|} {embolism|emboli|embolus|thromboembol*}', 'filling {defect|defects} in the ~ pulmonary {artery|arteries}'] },
  {
    finding: 'emphysema',
    names: ['emphysema*', '{copd|chronic obstructive pulmonary disease|chronic obstructive lung disease}', '{bulla|bullae|bullous}', 'centrilobular lucenc*'],
  },
  { finding: null, names: ['{subcutaneous|soft tissue|mediastinal|chest wall} emphysema'] },
  {
    finding: 'fibrosis',
    names: [
      'fibro{sis|tic}',
      'honeycomb*',
      '{usual interstitial pneumonia|uip}',
      '{pulmonary|lung|apical|parenchymal|biapical|pleural parenchymal} {scar|scars|scarring}',
      '{scar|scarring} in the ~ {lung|lobe|apex|base|apices|bases}',
      'interstitial lung disease',
      'traction bronchiectasis',
    ],
  },
  {
    finding: 'fracture',
    names: ['{fracture|fractures|fractured|fx}', 'compression deformit*'],
    denies: [
      '{bones|osseous structures|bony structures|bony thorax|skeleton|visualized bones|osseous thorax|visualized osseous structures} {is|are|appear} {intact|unremarkable|normal}',
      'bony thorax intact',
    ],
  },
  {
    finding: 'granuloma',
    names: ['granuloma*', 'calcified {lung |pulmonary |hilar |granulomatous |} {nodule|nodules|nodes|lymph nodes}', 'granulomatous {disease|change|changes}'],
  },
  {
    finding: 'hernia',
    names: ['{hiatal|hiatus|diaphragmatic|paraesophageal|morgagni|bochdalek} hernia*', 'herniation of ~ {stomach|bowel}', 'intrathoracic stomach'],
  },
  {
    finding: 'mass',
    names: [
      '{mass|masses}',
      '{neoplas*|carcinoma*|malignan*|tumor|tumors|tumour|tumours|metasta*|lymphoma}',
      '{cavitary|cavitating|lung|pulmonary} {lesion|lesions}',
      'lung cancer',
      '{mass like|masslike} {opacity|opacities|consolidation|density|lesion}',
    ],
  },
  {
    finding: 'mediastinal-widening',
    names: [
      '{mediastinal|mediastinum} {widening|enlargement|prominence}',
      '{widened|wide|prominent|enlarged} {mediastinum|mediastinal contour|mediastinal silhouette|superior mediastinum}',
      'mediastinum is ~ widened',
      '{aorta|aortic knob} is {ectatic|dilated|aneurysmal}',
      '{mediastinal|hilar|bihilar} {lymphadenopathy|adenopathy|mass}',
    ],
    denies: [
      '{mediastinum|mediastinal contours|mediastinal contour|mediastinal silhouette|hilar contours|mediastinal and hilar contours|mediastinal structures} {is|are|appears|appear|within} {within |}{normal|unremarkable|normal limits|stable}',
      'normal {mediastinum|mediastinal contour|mediastinal contours|mediastinal silhouette}',
    ],
  },
  {
    finding: 'nodule',
    names: ['{nodule|nodules|nodular|micronodul*}', '{nodular|rounded|round} {density|densities|opacity|opacities|opacification|lesion}', 'coin lesion'],
  },
  {
    finding: 'opacity',
    names: [
      '{opacit*|opacif*|infiltrat*}',
      '{airspace|air space} {disease|shadowing|process}',
      '{interstitial|reticular} {marking|markings|lung markings}',
      '{increased|hazy|patchy|focal|ill defined|vague|streaky|linear|basilar|basal|retrocardiac|hazy increased} {density|densities|haziness}',
      '{increased|prominent|coarse|coarsened|accentuated} {interstitial |lung |bronchovascular |reticular |pulmonary |}{markings|pattern}',
      '{reticular|interstitial|reticulonodular|ground glass|groundglass} {pattern|prominence|change|changes|disease|abnormality|thickening}',
      '{reticulation|haziness|ground glass|shadowing}',
      '{lung|parenchymal|pulmonary|focal|acute lung} abnormality',
      '{active|acute|} {cardiopulmonary|pulmonary|cardiothoracic|intrathoracic|chest|lung} {disease|abnormality|abnormalities|process|findings|pathology}',
      '{active|acute} disease',
      'decreased translucen*',
      '{peribronchial|bronchial wall|interlobular septal|septal} thickening',
    ],
    denies: [
      '{lung|lungs|lung fields|both lungs|lung bases|lung parenchyma} {is|are|appear|appears|remain|remains} {well {aerated|expanded|inflated} and |hyperexpanded and |hyperinflated but |bilaterally |grossly |otherwise |essentially |symmetrically |both |}{clear|normal|unremarkable}',
      '{clear|normal} {lung|lungs|lung fields|chest}',
      '{lungs|lung fields} {: |}{clear|grossly clear|both clear|normal}',
      'lungs {without|free of} {focal |acute |}{disease|abnormality}',
    ],
  },
  {
    finding: 'pleural-thickening',
    names: [
      '{pleural|biapical|apical|pleuro parenchymal} {and pleural |}thickening',
      'thickening of the pleura',
      'pleural {plaque|plaques|scar|scarring|calcification|calcifications}',
      'fibrothorax',
      'apical cap*',
    ],
  },
  { finding: 'pneumonia', names: ['{pneumonia*|bronchopneumonia|pneumonitis}', '{infect*|infectious process}', 'bronchiolitis'] },
  { finding: 'pneumothorax', names: ['{pneumothora*|ptx}', 'visible pleural line', 'deep sulcus sign'] },
  {
    finding: null,
    names: [
      'mass effect',
      '{vertebral|vertebral body} collapse',
      'bronchial tube',
      '{massive|massively}',
      'body mass index',
      '{nodal|node} status',
      'nodular {thyroid|goiter}',
      'breast {mass|masses}',
      'opacif* of the {sinus|sinuses|maxillary}',
      'infectious disease {service|consult|clinic}',
      'fibrosis of the liver',
      'hyperopaci*',
    ],
  },
];

/** Words of amount, heard only beside a finding that is there or may be. */
export const EXTENT_PHRASES: readonly (readonly [readonly string[], Extent])[] = [
  [['{small|tiny|trace|minimal|mild|mildly|minor|slight|slightly|faint|subtle|subsegmental|minimally|discoid|platelike|plate like}'], 'small'],
  [['{moderate|moderately|moderate sized|mild to moderate|small to moderate}'], 'moderate'],
  [
    [
      '{large|massive|severe|severely|extensive|marked|markedly|diffuse|dense|gross|moderate to large|moderate to severe|complete|multifocal|confluent|tension}',
    ],
    'large',
  ],
];

/** Words of change against an earlier examination. */
export const COURSE_PHRASES: readonly (readonly [readonly string[], Course])[] = [
  [['{new|newly|interval development of|interval appearance of|developing|not present previously|now seen}'], 'new'],
  [
    [
      '{worse|worsening|worsened|increased|increasing|increase in|progressed|progression|progressive|enlarging|larger|more {extensive|prominent|pronounced|confluent|conspicuous}|deteriorat*}',
    ],
    'worse',
  ],
  [
    [
      '{improved|improving|improvement|decreased|decreasing|decrease in|smaller|resolving|clearing|regressed|less {extensive|prominent|pronounced|confluent}|better {aerat*|aeration}|reduced|partially resolved|partial resolution}',
    ],
    'better',
  ],
  [
    [
      '{unchanged|stable|no {significant |interval |}change|similar|persistent|persists|again {seen|noted|demonstrated}|redemonstrated|not significantly changed|without {significant |interval |}change}',
    ],
    'same',
  ],
];
