// Sentences that tell a model what to do rather than what a tool does. From published attacks (Invariant Labs' tool
// poisoning, MCPTox, the "line jumping" reports); a heuristic that raises an alarm, never one that gives leave.

/** Each names one trick; the first word of the pair is for tests and for reading, not for people. */
const TRICKS: readonly (readonly [string, RegExp])[] = [
  [
    "forget what was said",
    /\b(?:ignore|disregard|forget|override|bypass|overrule)\b[^.\n]{0,40}\b(?:previous|prior|above|earlier|preceding|existing|other|system|safety|security|original|all|any|your|user(?:'s)?)\b[^.\n]{0,30}\b(?:instructions?|rules?|prompts?|guidelines?|polic(?:y|ies)|directives?|restrictions?|constraints?|requests?|warnings?|checks?)\b/i,
  ],
  [
    "keep it from the person",
    /\b(?:do\s*not|don['’]?t|never|must\s+not|should\s+not|shouldn['’]?t|avoid|refrain\s+from|without)\b[^.\n]{0,30}\b(?:tell(?:ing)?|mention(?:ing)?|inform(?:ing)?|notify(?:ing)?|alert(?:ing)?|reveal(?:ing)?|disclos(?:e|ing)|explain(?:ing)?|show(?:ing)?|report(?:ing)?|warn(?:ing)?|ask(?:ing)?|let(?:ting)?)\b[^.\n]{0,40}\b(?:user|human|person|customer|operator|anyone|them)\b/i,
  ],
  [
    "in secret",
    /\b(?:secretly|silently|covertly|discreetly|quietly|behind the scenes|without\s+(?:the\s+)?(?:user|their|his|her)(?:['’]s)?\s*(?:knowledge|consent|awareness|noticing|knowing)?|hidden\s+from\s+(?:the\s+)?user|(?:user|human)s?\s+(?:must|should|can|will|do(?:es)?)\s*(?:not|n['’]t)\s+(?:be\s+(?:aware|told|informed|notified)|see|know|notice)|keep\s+(?:this|it|that)\s+(?:a\s+)?(?:secret|hidden|confidential|private)\b|is\s+very\s+upset)/i,
  ],
  [
    "a voice that is not the tool's",
    /<\s*\/?\s*(?:important|system|secret|instructions?|critical|admin|assistant|hidden|priority|urgent|override|rules?|s)\s*>|\[\s*\/?\s*(?:system|inst|important|admin|hidden|override)(?:\s*:[^\]]*)?\s*\]|<\|[a-z_]+\|>|<<\s*SYS\s*>>|^\s*#{1,6}\s*(?:system|instructions?\s+(?:for|to)\s+(?:the\s+)?(?:ai|assistant|model|llm|agent))\b|^\s*(?:system|assistant|human)\s*:|<!--/im,
  ],
  [
    "the model is spoken to",
    /\b(?:(?:note|message|instructions?|attention|notice|reminder)\s+(?:to|for)\s+(?:the\s+)?(?:ai|llm|model|assistant|agent|language model)s?|(?:dear|attention)[, ]+(?:ai|llm|assistant|model)\b|(?:ai|llm)\s+(?:assistants?|agents?|models?)\s+(?:must|should|shall|need|are required)|the\s+(?:assistant|model|llm|ai|agent)\s+(?:must|should|shall|has to|needs to|is required to)\b|you\s+are\s+(?:now|an?\s+(?:ai|helpful|unrestricted|admin))|as\s+an\s+ai\b|new\s+(?:instructions?|directives?|rules?)\s*:|system\s+prompt|your\s+(?:system\s+)?instructions)/i,
  ],
  [
    "first another thing",
    /\b(?:before|prior\s+to|when(?:ever)?|after|while|each\s+time|every\s+time)\b[^.\n]{0,20}\b(?:using|calling|invoking|running|executing|you\s+(?:use|call|invoke|run)|(?:use|call|invoke|run))\b[^.\n]{0,20}\b(?:this|the|any|other|another|all|every)\b[^.\n]{0,20}\btools?\b[^.\n]{0,40}(?:\byou\b|\b(?:must|should|always|first|read|open|access|fetch|retrieve|collect|send|include|pass|execute|cat|list|check\s+the\s+(?:file|content))\b)/i,
  ],
  [
    "no other tool",
    /\b(?:(?:always|only|must)\s+(?:use|call|prefer|choose|select|invoke)\s+this\s+(?:tool|function)\b(?!\s+(?:to|for|when|if|with|after|before|once))|(?:instead\s+of|rather\s+than|do\s+not\s+use|never\s+use|don['’]?t\s+use|replaces?|supersedes?)\s+(?:any|all|the|every)\s+other\s+(?:tools?|functions?)|(?:highest|top|maximum|absolute)\s+priority|takes?\s+(?:precedence|priority)\s+over|(?:must|should)\s+(?:always\s+)?be\s+(?:called|invoked|used|run|executed)\s+(?:first|before\s+(?:any|all|every|each|other)|prior\s+to\s+(?:any|all|every)|on\s+every))/i,
  ],
  [
    "keys and secrets of the machine",
    /(?:~|\$HOME|%USERPROFILE%|\/home\/[^/\s]+|\/Users\/[^/\s]+|\/root)[/\\]\.(?:ssh|aws|gnupg|kube|docker|config|cursor|npmrc|netrc|env|git-credentials|bash_history|zsh_history|pgpass|claude)|\b(?:id_rsa|id_ed25519|authorized_keys|mcp\.json|claude_desktop_config|credentials\.json|wallet\.dat|known_hosts)\b|\/etc\/(?:passwd|shadow|sudoers)|\bread\b[^.\n]{0,40}(?:`|'|"|\s|\/)\.env\b|\b(?:ssh|private|api|aws|secret)\s+(?:private\s+)?keys?\b[^.\n]{0,60}\b(?:pass|send|include|append|attach|upload|put|provide|insert)\b|\b(?:pass|send|include|append|attach|upload|put|insert|leak|exfiltrate|read|collect|retrieve)\b[^.\n]{0,60}\b(?:ssh|private|aws|secret)\s+keys?\b|\benvironment\s+variables?\b[^.\n]{0,60}\b(?:pass|send|include|append|attach|upload)\b|\b(?:pass|send|include|append|attach|upload|collect)\b[^.\n]{0,60}\b(?:all|the|every|your|its)\s+environment\s+variables?\b/i,
  ],
  [
    "carry it away in an argument",
    /\b(?:pass|put|include|insert|place|append|attach|copy|provide|add|embed|write|fill|encode|supply)\b[^.\n]{0,60}\b(?:contents?|conversation|(?:chat|message)\s+history|previous\s+messages?|(?:full|entire|whole|complete)\s+(?:prompt|context|conversation|chat|history)|everything|data\s+you|passwords?|tokens?|credentials?|secrets?|api[\s_-]?keys?)\b[^.\n]{0,60}\b(?:as|in|into|to|via|through|under|inside)\b[^.\n]{0,30}\b(?:side\s?note|parameter|argument|field|context|feedback|note|metadata|body|footer|url|query|summary|debug|reason)\b/i,
  ],
  [
    "what was said in confidence",
    /\b(?:(?:full|entire|whole|complete|all|list of)\s+(?:of\s+)?(?:the\s+)?(?:chat|conversation|message|dialogue|previous)\s*(?:history|context|log|messages?|transcript)?|(?:chat|conversation)\s+(?:history|transcript|log|context)|previous\s+(?:user\s+)?messages|system\s+message)\b[^.\n]{0,60}\b(?:send|sent|include|pass|post|share|forward|upload|append|as|to|in)\b|\b(?:send|include|pass|post|share|forward|upload|append|summari[sz]e|leak|exfiltrate|log|record)\b[^.\n]{0,60}\b(?:chat|conversation|whole|entire|full)\s+(?:history|conversation|transcript|context|chat|prompt)\b/i,
  ],
  [
    "send it elsewhere",
    /\b(?:also|then|additionally|first|always|must|automatically|secretly|bcc|cc|copy|copies|forward(?:ed)?|redirect(?:ed)?|exfiltrate|leak|upload|mirror|beacon)\b[^.\n]{0,80}(?:\bto\b|\bat\b|\bvia\b)[^.\n]{0,40}(?:https?:\/\/|[\w.+-]+@[\w-]+\.[a-z]{2,}|\+\d{6,}|\b(?:attacker|external|remote|our)\s+(?:server|endpoint|address|host|url|webhook)\b|\bwebhook\b)|\bcurl\s+(?:-\S+\s+)*["']?https?:|\bwget\s+https?:|\|\s*(?:ba)?sh\b|\bbase64\s+-d\b|\b(?:recipient|number|address|destination|account|payee)\b[^.\n]{0,40}\b(?:must\s+(?:be\s+)?(?:changed|replaced|set)|(?:change|replace|set|switch)d?\s+to|instead)\b|\b(?:change|replace|modify|set|switch|swap)\b[^.\n]{0,20}\b(?:the\s+)?(?:recipient|payee|destination|phone\s+number|account\s+number|wallet|iban)\b/i,
  ],
  [
    "leave that nobody gave",
    /\b(?:the\s+)?(?:user|human|administrator|admin|owner|security\s+team)\s+(?:has|have)\s+(?:already\s+|explicitly\s+|previously\s+)*(?:approved|authori[sz]ed|consented|agreed|permitted|granted|confirmed)\b|\b(?:no|without|skip(?:ping)?|bypass(?:ing)?)\s+(?:need\s+for\s+)?(?:any\s+|the\s+|further\s+|user\s+)*(?:confirmation|approval|consent|permission)\b[^.\n]{0,40}\b(?:needed|required|necessary|always|proceed|user|even)\b|\b(?:pre-?approved|auto-?approve|always\s+approve|approve\s+(?:it\s+)?automatically|assume\s+(?:the\s+)?(?:user|consent|approval|permission))\b/i,
  ],
  [
    "or else",
    /\b(?:otherwise|or\s+else|if\s+(?:you\s+do\s+not|you\s+don['’]?t|not\s+(?:done|provided|followed)))\b[^.\n]{0,60}\b(?:will\s+(?:not\s+work|fail|crash|be\s+(?:lost|deleted|terminated|fired|harmed))|(?:won['’]?t|can(?:not|['’]?t))\s+(?:work|function|proceed|run)|lose|shut\s+down|penali[sz]ed|people\s+(?:will\s+)?die)\b|\b(?:the\s+)?(?:application|system|app|program|implementation|server|tool)\s+will\s+(?:crash|break|not\s+work)\b|\b(?:extremely|very|critically|super)\s+important\s+(?:that|to|you)\b|\bVERY\s+IMPORTANT\b|\bthis\s+is\s+(?:a\s+)?(?:mandatory|critical|crucial)\b[^.\n]{0,40}\b(?:step|instruction|requirement|security|directive)\b/i,
  ],
  [
    "what the tool cannot know",
    /\b(?:like\s+a\s+)?mathematical\s+reasoning\b[^.\n]{0,60}\buser\b|\bprovide\s+(?:very\s+)?(?:detailed|gentle)\s+(?:reasoning|explanations?)\b[^.\n]{0,60}\buser\b|\bto\s+avoid\s+(?:scaring|alarming|confusing|upsetting)\b|\bact\s+as\s+if\b|\bpretend\b|\b(?:lie|lying)\s+to\b|\bjailbreak\b|\bDAN\s+mode\b|\bdeveloper\s+mode\b/i,
  ],
];

/** Which tricks a text tries; none in most. */
export const tricksIn = (text: string): readonly string[] =>
  TRICKS.flatMap(([name, pattern]) => (pattern.test(text) ? [name] : []));
