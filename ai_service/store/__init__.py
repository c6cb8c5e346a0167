"""The cache, the limits and the spending caps, over Upstash when there is one."""
