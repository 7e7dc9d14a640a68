// A command of the AWS CLI for each operation of IAM and STS that is served, in stages: what is in one may run at once.

export interface Command {
  /** As behind `aws`; {KEY} is the access key that was made before. */
  readonly words: string;
  /** The code of the refusal that is meant. */
  readonly refused?: string;
  /** Members of the answer. */
  readonly has?: readonly string[];
}

type Stage = readonly Command[];

const iam = (words: string, ...has: readonly string[]): Command => ({ words: `iam ${words}`, has });
const sts = (words: string, ...has: readonly string[]): Command => ({ words: `sts ${words}`, has });
const refused = (words: string, code: string): Command => ({ words: `iam ${words}`, refused: code });

const [USER, GROUP, ROLE] = ["--user-name u", "--group-name g", "--role-name r"];
const DOCUMENT = "--policy-name inline --policy-document file://document";
const TAGS = "--tags Key=a,Value=b";

/** Three kinds have inline policies and take managed ones. */
const kinds = [
  ["user", USER],
  ["group", GROUP],
  ["role", ROLE],
] as const;

/** Stages that end with nothing left. */
export function everyOperation(account: string): readonly Stage[] {
  const POLICY = `--policy-arn arn:aws:iam::${account}:policy/p`;
  const BOUNDARY = `--permissions-boundary arn:aws:iam::${account}:policy/p`;
  const tagged = [
    ["user", USER],
    ["role", ROLE],
    ["policy", POLICY],
  ] as const;
  return [
    [
      iam(`create-user ${USER}`, "User"),
      iam(`create-group ${GROUP}`, "Group"),
      iam(`create-role ${ROLE} --assume-role-policy-document file://trust`, "Role"),
      iam("create-policy --policy-name p --policy-document file://document", "Policy"),
    ],
    [
      iam(`create-access-key ${USER}`, "AccessKey"),
      iam(`create-policy-version ${POLICY} --policy-document file://document --set-as-default`, "PolicyVersion"),
      iam(`add-user-to-group ${GROUP} ${USER}`),
      ...kinds.flatMap(([kind, name]) => [
        iam(`put-${kind}-policy ${name} ${DOCUMENT}`),
        iam(`attach-${kind}-policy ${name} ${POLICY}`),
      ]),
      ...tagged.map(([kind, name]) => iam(`tag-${kind} ${name} ${TAGS}`)),
      iam(`put-user-permissions-boundary ${USER} ${BOUNDARY}`),
      iam(`put-role-permissions-boundary ${ROLE} ${BOUNDARY}`),
      iam(`update-assume-role-policy ${ROLE} --policy-document file://trust`),
      iam(`update-role ${ROLE} --max-session-duration 7200`),
      iam(`update-role-description ${ROLE} --description changed`, "Role"),
      iam(`update-user ${USER} --new-path /x/`),
      iam(`update-group ${GROUP} --new-path /x/`),
    ],
    reads(POLICY, tagged),
    [
      iam(`update-access-key ${USER} --access-key-id {KEY} --status Inactive`),
      iam(`set-default-policy-version ${POLICY} --version-id v1`),
      iam(`remove-user-from-group ${GROUP} ${USER}`),
      ...kinds.flatMap(([kind, name]) => [
        iam(`delete-${kind}-policy ${name} --policy-name inline`),
        iam(`detach-${kind}-policy ${name} ${POLICY}`),
      ]),
      ...tagged.map(([kind, name]) => iam(`untag-${kind} ${name} --tag-keys a`)),
      iam(`delete-user-permissions-boundary ${USER}`),
      iam(`delete-role-permissions-boundary ${ROLE}`),
    ],
    [iam(`delete-access-key ${USER} --access-key-id {KEY}`), iam(`delete-policy-version ${POLICY} --version-id v2`)],
    [iam(`delete-user ${USER}`), iam(`delete-group ${GROUP}`), iam(`delete-role ${ROLE}`), iam(`delete-policy ${POLICY}`)],
  ];
}

const reads = (policy: string, tagged: readonly (readonly [string, string])[]): Stage => [
  iam(`get-user ${USER}`, "User"),
  iam("list-users", "Users"),
  iam(`get-group ${GROUP}`, "Group", "Users"),
  iam("list-groups", "Groups"),
  iam(`list-groups-for-user ${USER}`, "Groups"),
  iam(`get-role ${ROLE}`, "Role"),
  iam("list-roles", "Roles"),
  iam(`get-policy ${policy}`, "Policy"),
  iam("list-policies --scope Local", "Policies"),
  iam(`get-policy-version ${policy} --version-id v2`, "PolicyVersion"),
  iam(`list-policy-versions ${policy}`, "Versions"),
  iam(`list-entities-for-policy ${policy}`, "PolicyUsers", "PolicyGroups", "PolicyRoles"),
  ...kinds.flatMap(([kind, name]) => [
    iam(`get-${kind}-policy ${name} --policy-name inline`, "PolicyDocument"),
    iam(`list-${kind}-policies ${name}`, "PolicyNames"),
    iam(`list-attached-${kind}-policies ${name}`, "AttachedPolicies"),
  ]),
  ...tagged.map(([kind, name]) => iam(`list-${kind}-tags ${name}`, "Tags")),
  iam(`list-access-keys ${USER}`, "AccessKeyMetadata"),
  iam("get-access-key-last-used --access-key-id {KEY}", "AccessKeyLastUsed"),
  sts("get-access-key-info --access-key-id {KEY}", "Account"),
  sts("get-caller-identity", "Arn"),
  iam("get-account-summary", "SummaryMap"),
  iam("list-account-aliases", "AccountAliases"),
  iam(`list-instance-profiles-for-role ${ROLE}`, "InstanceProfiles"),
  iam(`list-mfa-devices ${USER}`, "MFADevices"),
  iam(`list-service-specific-credentials ${USER}`, "ServiceSpecificCredentials"),
  iam(`list-signing-certificates ${USER}`, "Certificates"),
  iam(`list-ssh-public-keys ${USER}`, "SSHPublicKeys"),
  iam("list-virtual-mfa-devices", "VirtualMFADevices"),
  refused(`get-login-profile ${USER}`, "NoSuchEntity"),
  refused(`delete-login-profile ${USER}`, "NoSuchEntity"),
];
