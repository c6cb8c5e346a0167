import { Contact, Mail, MessageSquareText } from "lucide-react";

const icons = { email: Mail, linkedin: Contact, sms: MessageSquareText };

export function ChannelIcon({ channel, className }: { channel: keyof typeof icons; className?: string }) {
  const Icon = icons[channel];
  return <Icon className={className} aria-hidden />;
}
