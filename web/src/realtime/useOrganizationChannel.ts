import { REALTIME_SUBSCRIBE_STATES } from "@supabase/supabase-js";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { supabase } from "@/session/supabase";
import { createThrottle, roomsOfEvent } from "./invalidation";

export type LiveState = "connecting" | "live" | "offline";

const throttleMs = 1000;

/** Follows the organisation's private channel and makes queries stale as its tables change. */
export function useOrganizationChannel(organizationId: string | undefined): LiveState {
  const queryClient = useQueryClient();
  const [state, setState] = useState<LiveState>("connecting");

  useEffect(() => {
    if (organizationId === undefined) return;
    const throttle = createThrottle(throttleMs, (rooms) => {
      for (const room of rooms) void queryClient.invalidateQueries({ queryKey: [room] });
    });
    let wasLive = false;
    const channel = supabase()
      .channel(`organization:${organizationId}`, { config: { private: true } })
      .on("broadcast", { event: "*" }, (message) => throttle.add(roomsOfEvent(message.event)))
      .subscribe((status) => {
        const live = status === REALTIME_SUBSCRIBE_STATES.SUBSCRIBED;
        // What changed while the line was down was not announced: read everything shown again.
        if (live && wasLive) void queryClient.invalidateQueries();
        wasLive ||= live;
        setState(live ? "live" : "offline");
      });
    return () => {
      throttle.stop();
      void supabase().removeChannel(channel);
    };
  }, [organizationId, queryClient]);

  return state;
}
