/** Where the API has a subscription. `id` is whatever was typed. */
export const subscriptionPath = (id: string): string => `/v1/subscriptions/${encodeURIComponent(id)}`;
