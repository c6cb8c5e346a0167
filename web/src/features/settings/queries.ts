import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import {
  type AgentSettingsFields,
  type Credential,
  type CredentialPutWritable,
  credentialsDelete,
  credentialsList,
  credentialsPut,
  credentialsTest,
  type IcpFields,
  type InvitationCreate,
  invitationsCreate,
  invitationsList,
  invitationsRevoke,
  type MailboxCreate,
  mailboxesCreate,
  mailboxesDelete,
  mailboxesList,
  mailboxesSync,
  mailboxesUpdate,
  type MailboxPatch,
  membersDelete,
  membersList,
  membersUpdate,
  type SendingSettingsFields,
  settingsGetAgent,
  settingsGetIcp,
  settingsGetSending,
  settingsPutAgent,
  settingsPutIcp,
  settingsPutSending,
  type TeamMemberPatch,
} from "@/api";

export type { AgentSettings, Credential, CredentialTest, Icp, Mailbox, MailboxPatch, SendingSettings, TeamMember, TeamMemberPatch, Invitation } from "@/api";

export type ServiceName = Credential["service_name"];

export const credentialsQuery = queryOptions({ queryKey: ["settings", "credentials"], queryFn: ({ signal }) => credentialsList({ signal }) });
export const icpQuery = queryOptions({ queryKey: ["settings", "icp"], queryFn: ({ signal }) => settingsGetIcp({ signal }) });
export const sendingQuery = queryOptions({ queryKey: ["settings", "sending"], queryFn: ({ signal }) => settingsGetSending({ signal }) });
export const agentQuery = queryOptions({ queryKey: ["settings", "agent"], queryFn: ({ signal }) => settingsGetAgent({ signal }) });
export const mailboxesQuery = queryOptions({ queryKey: ["settings", "mailboxes"], queryFn: ({ signal }) => mailboxesList({ signal }) });
export const membersQuery = queryOptions({ queryKey: ["settings", "members"], queryFn: ({ signal }) => membersList({ signal }) });
export const invitationsQuery = queryOptions({ queryKey: ["settings", "invitations"], queryFn: ({ signal }) => invitationsList({ signal }) });

function useSettled() {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: ["settings"] });
}

export function useCredentialActs(service: ServiceName) {
  const onSettled = useSettled();
  const path = { service_name: service };
  return {
    put: useMutation({ mutationFn: (body: CredentialPutWritable) => credentialsPut({ path, body }), onSettled }),
    test: useMutation({ mutationFn: () => credentialsTest({ path }), onSettled }),
    remove: useMutation({ mutationFn: () => credentialsDelete({ path }), onSettled }),
  };
}

export function usePutIcp() {
  return useMutation({ mutationFn: (body: IcpFields) => settingsPutIcp({ body }), onSettled: useSettled() });
}

export function usePutSending() {
  return useMutation({ mutationFn: (body: SendingSettingsFields) => settingsPutSending({ body }), onSettled: useSettled() });
}

export function usePutAgent() {
  return useMutation({ mutationFn: (body: AgentSettingsFields) => settingsPutAgent({ body }), onSettled: useSettled() });
}

export function useMailboxActs() {
  const onSettled = useSettled();
  return {
    create: useMutation({ mutationFn: (body: MailboxCreate) => mailboxesCreate({ body }), onSettled }),
    update: useMutation({
      mutationFn: ({ id, change }: { id: string; change: MailboxPatch }) => mailboxesUpdate({ path: { mailbox_id: id }, body: change }),
      onSettled,
    }),
    sync: useMutation({ mutationFn: () => mailboxesSync(), onSettled }),
    remove: useMutation({ mutationFn: (id: string) => mailboxesDelete({ path: { mailbox_id: id } }), onSettled }),
  };
}

export function useTeamActs() {
  const onSettled = useSettled();
  return {
    invite: useMutation({ mutationFn: (body: InvitationCreate) => invitationsCreate({ body }), onSettled }),
    revoke: useMutation({ mutationFn: (id: string) => invitationsRevoke({ path: { invitation_id: id } }), onSettled }),
    update: useMutation({
      mutationFn: ({ id, change }: { id: string; change: TeamMemberPatch }) => membersUpdate({ path: { membership_id: id }, body: change }),
      onSettled,
    }),
    remove: useMutation({ mutationFn: (id: string) => membersDelete({ path: { membership_id: id } }), onSettled }),
  };
}
