-- notifications: an alert is of a kind that every language of the panel has words for.

alter table public.alerts add constraint alerts_kind_check check (kind in (
    'campaign_completed', 'campaign_paused', 'enrichment_failed', 'erasure_incomplete', 'event_dead', 'mailbox_paused',
    'mailbox_warned', 'mailboxes_found', 'mailboxes_gone', 'message_not_written', 'retention_report', 'scrape_failed',
    'send_in_doubt', 'sending_account', 'variant_won', 'vendor_webhook', 'workflow_failed', 'workflow_not_started'
)) not valid;
