// Replaced by the server that hosts the panel: {VITE_SUPABASE_URL, VITE_SUPABASE_PUBLISHABLE_KEY, VITE_API_BASE_URL, …}.
window.__ENV__ = window.__ENV__ || {};
