-- The tables of the main job. Schema `picket`; DBOS keeps its own in schema `dbos` of the same database.

CREATE TABLE incident (
  id            uuid PRIMARY KEY,
  key           text NOT NULL UNIQUE,
  source        text NOT NULL,
  number        bigint NOT NULL,
  title         text NOT NULL,
  severity      text NOT NULL,
  status        text NOT NULL,
  body          jsonb NOT NULL,
  version       integer NOT NULL DEFAULT 1,
  -- Rules still to be applied: null when none, else { event, version, done: [rule names] }.
  rules_pending jsonb,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX incident_rules_pending ON incident (created_at) WHERE rules_pending IS NOT NULL;
CREATE INDEX incident_number ON incident (number);

CREATE TABLE playbook_text (
  hash text PRIMARY KEY,
  name text NOT NULL,
  text text NOT NULL
);

CREATE TABLE run (
  id             uuid PRIMARY KEY,
  number         bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  start_key      text NOT NULL UNIQUE,
  playbook       text NOT NULL,
  playbook_hash  text NOT NULL REFERENCES playbook_text (hash),
  root_run       uuid NOT NULL,
  rerun_of       uuid,
  subject        jsonb NOT NULL,
  subject_display text NOT NULL,
  incident_id    uuid REFERENCES incident (id),
  scope          jsonb NOT NULL,
  cause          jsonb NOT NULL,
  by_person      boolean NOT NULL,
  place          jsonb,
  status         text NOT NULL,
  error          text NOT NULL DEFAULT '',
  summary        text NOT NULL DEFAULT '',
  created_at     timestamptz NOT NULL DEFAULT now(),
  finished_at    timestamptz
);
CREATE INDEX run_started ON run (created_at DESC, id DESC);
CREATE INDEX run_incident ON run (incident_id, created_at DESC, id DESC);
CREATE INDEX run_status ON run (status, created_at DESC, id DESC);

CREATE TABLE run_entity (
  kind       text NOT NULL,
  value      text NOT NULL,
  started_at timestamptz NOT NULL,
  run_id     uuid NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  PRIMARY KEY (kind, value, started_at, run_id)
);

-- One line of steps: `main`, and each parallel branch while it lasts.
-- burst: raised by whoever makes it runnable. taken: the burst last begun. burst_done: the burst last ended.
-- epoch: the fence: every write of an execution carries the epoch it took.
CREATE TABLE run_line (
  run_id     uuid NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  line       text NOT NULL,
  parent     text,
  burst      integer NOT NULL DEFAULT 1,
  taken      integer NOT NULL DEFAULT 0,
  burst_done integer NOT NULL DEFAULT 0,
  owner      text,
  epoch      integer NOT NULL DEFAULT 0,
  state      text NOT NULL DEFAULT 'ready',
  by_person  boolean NOT NULL DEFAULT false,
  ready_at   timestamptz NOT NULL DEFAULT now(),
  -- When set, the line waits for this time; the sweep wakes what a lost timer would have.
  due_at     timestamptz,
  -- How often the sweep had to give this line a new burst; beyond a limit the run fails with the reason.
  rescued    integer NOT NULL DEFAULT 0,
  PRIMARY KEY (run_id, line)
);
CREATE INDEX run_line_runnable ON run_line (by_person DESC, ready_at) WHERE burst > burst_done;
CREATE INDEX run_line_due ON run_line (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE run_step (
  run_id      uuid NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  path        text NOT NULL,
  attempt     integer NOT NULL DEFAULT 1,
  line        text NOT NULL,
  position    bigint GENERATED ALWAYS AS IDENTITY,
  kind        text NOT NULL,
  action      text NOT NULL DEFAULT '',
  status      text NOT NULL,
  idem_key    text NOT NULL DEFAULT '',
  input       jsonb,
  output      jsonb,
  error       text NOT NULL DEFAULT '',
  -- Set on a failed attempt that will be repeated at that time.
  retry_at    timestamptz,
  started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  PRIMARY KEY (run_id, path, attempt)
);

CREATE TABLE approval (
  id         uuid PRIMARY KEY,
  run_id     uuid NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  path       text NOT NULL,
  line       text NOT NULL,
  question   text NOT NULL,
  choices    jsonb NOT NULL,
  effects    jsonb NOT NULL,
  ask        jsonb NOT NULL,
  approvers  jsonb NOT NULL,
  quorum     integer NOT NULL,
  expiry     jsonb NOT NULL,
  remind_ms  bigint NOT NULL DEFAULT 0,
  level      integer NOT NULL DEFAULT 0,
  outcome    text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  UNIQUE (run_id, path)
);
CREATE INDEX approval_open ON approval (expires_at) WHERE outcome IS NULL;

CREATE TABLE vote (
  approval_id uuid NOT NULL REFERENCES approval (id) ON DELETE CASCADE,
  person      text NOT NULL,
  name        text NOT NULL,
  choice      text NOT NULL,
  via         text NOT NULL,
  at          timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (approval_id, person)
);

CREATE TABLE decision (
  approval_id uuid PRIMARY KEY REFERENCES approval (id) ON DELETE CASCADE,
  outcome     text NOT NULL,
  choice      text NOT NULL,
  by          jsonb NOT NULL,
  via         text NOT NULL,
  at          timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Where something is shown. wanted > shown: the reconciler has work.
CREATE TABLE surface (
  id           uuid PRIMARY KEY,
  -- 'approval', 'incident', 'run' or 'message'
  subject_kind text NOT NULL,
  subject_id   uuid NOT NULL,
  place        jsonb NOT NULL,
  place_key    text NOT NULL,
  wanted       integer NOT NULL DEFAULT 1,
  shown        integer NOT NULL DEFAULT 0,
  message_id   text NOT NULL DEFAULT '',
  -- Set before a post and cleared after: a post whose answer was lost.
  posting_since timestamptz,
  not_before   timestamptz NOT NULL DEFAULT '-infinity',
  failures     integer NOT NULL DEFAULT 0,
  error        text NOT NULL DEFAULT '',
  by_person    boolean NOT NULL DEFAULT false,
  -- Never post anew, only edit what stands (a closed approval).
  closed       boolean NOT NULL DEFAULT false,
  changed_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (subject_kind, subject_id, place_key)
);
CREATE INDEX surface_pending ON surface (place_key, by_person DESC, changed_at) WHERE wanted > shown;
CREATE INDEX surface_message ON surface (place_key, message_id) WHERE message_id <> '';

-- One reconciler per place over all replicas.
CREATE TABLE place_lease (
  place_key text PRIMARY KEY,
  owner     text NOT NULL,
  until     timestamptz NOT NULL
);

-- What a playbook said (chat.post); shown through surfaces of kind 'message'.
CREATE TABLE message (
  id         uuid PRIMARY KEY,
  key        text NOT NULL UNIQUE,
  title      text NOT NULL,
  text       text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Tamper-evident: each row's hash covers the one before. seq and hash are written by the one appender after commit.
CREATE TABLE audit (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at        timestamptz NOT NULL DEFAULT clock_timestamp(),
  event     jsonb NOT NULL,
  seq       bigint UNIQUE,
  prev_hash text,
  hash      text
);
CREATE INDEX audit_unchained ON audit (id) WHERE seq IS NULL;

CREATE TABLE identity (
  platform   text NOT NULL,
  tenant     text NOT NULL,
  user_id    text NOT NULL,
  person     text NOT NULL,
  -- 'proposed' by an e-mail address, 'bound' by SSO or an admin
  status     text NOT NULL,
  by         text NOT NULL,
  at         timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (platform, tenant, user_id)
);

CREATE TABLE executor (
  id   text PRIMARY KEY,
  seen timestamptz NOT NULL
);

-- Deliveries taken once (signatures, event ids).
CREATE TABLE delivery (
  key   text PRIMARY KEY,
  until timestamptz NOT NULL
);
CREATE INDEX delivery_until ON delivery (until);

CREATE TABLE keyv (
  key        text PRIMARY KEY,
  value      text NOT NULL,
  expires_at timestamptz
);

-- Made once, shared by all replicas: the key that signs links.
CREATE TABLE secret (
  name  text PRIMARY KEY,
  value text NOT NULL
);

-- The console's conversations.
CREATE TABLE console_message (
  id           uuid PRIMARY KEY,
  key          text UNIQUE,
  conversation text NOT NULL,
  thread       text NOT NULL DEFAULT '',
  -- '' when everybody in the conversation sees it
  visible_to   text NOT NULL DEFAULT '',
  author       text NOT NULL,
  text         text NOT NULL,
  card         jsonb,
  position     bigint GENERATED ALWAYS AS IDENTITY,
  created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX console_message_conversation ON console_message (conversation, position);
