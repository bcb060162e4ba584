/** Made from /openapi.json by `npm run client`. Do not edit. */

export interface paths {
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tell whether the process lives */
        get: operations["getHealthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tell whether requests are taken */
        get: operations["getReadyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the metrics of the process
         * @description In the text format of Prometheus.
         */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show this document
         * @description OpenAPI 3.1.
         */
        get: operations["getOpenapiJson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show this document to a person */
        get: operations["getDocs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List subscriptions
         * @description The newest first.
         *
         *     Needs the scope `read`.
         */
        get: operations["getSubscriptions"];
        put?: never;
        /**
         * Make a subscription
         * @description The secret is shown in this answer. The body may also be `{"webhook_config": {…}}` around it.
         *
         *     Needs the scope `write`.
         */
        post: operations["postSubscriptions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a subscription
         * @description Needs the scope `read`.
         */
        get: operations["getSubscriptionsById"];
        put?: never;
        post?: never;
        /**
         * Delete a subscription
         * @description What it still owes is never delivered. Its history stays.
         *
         *     Needs the scope `write`.
         */
        delete: operations["deleteSubscriptionsById"];
        options?: never;
        head?: never;
        /**
         * Change a subscription
         * @description What is absent stays. `retry_policy` is merged field by field; everything else that is named is replaced whole. The body may also be `{"webhook_config": {…}}` around it.
         *
         *     Needs the scope `write`.
         */
        patch: operations["patchSubscriptionsById"];
        trace?: never;
    };
    "/v1/subscriptions/{id}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a subscription's secret
         * @description Needs the scope `write`.
         */
        get: operations["getSubscriptionsByIdSecret"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate a subscription's secret
         * @description Both secrets are valid for `overlap_seconds`. A secret is made where none is given.
         *
         *     Needs the scope `write`.
         */
        post: operations["postSubscriptionsByIdRotateSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/flush": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Flush what is being collected
         * @description Every open batch of the subscription is delivered now, with what it has; while the subscription is paused, it is held. Events that the router has not come to are not in it.
         *
         *     Needs the scope `write`.
         */
        post: operations["postSubscriptionsByIdFlush"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tell who changed a subscription, and what
         * @description The newest version first. Deleted subscriptions have a history too.
         *
         *     Needs the scope `read`.
         */
        get: operations["getSubscriptionsByIdHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause a subscription
         * @description Nothing is sent: everything is held, and released when it is resumed.
         *
         *     Needs the scope `write`.
         */
        post: operations["postSubscriptionsByIdPause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume a subscription
         * @description What was held is released.
         *
         *     Needs the scope `write`.
         */
        post: operations["postSubscriptionsByIdResume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enable a subscription
         * @description Takes up one that was disabled. What happened in between is not delivered.
         *
         *     Needs the scope `write`.
         */
        post: operations["postSubscriptionsByIdEnable"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List deliveries
         * @description The newest first. `from` (included) and `to` (excluded) speak of when they were created.
         *
         *     Needs the scope `read`.
         */
        get: operations["getDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a delivery with its attempts
         * @description Needs the scope `read`.
         */
        get: operations["getDeliveriesById"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try a delivery now
         * @description One that waits is tried without the rest of its wait. One that has ended begins again with its retries granted anew; its attempts are numbered on. The answer shows it as it was.
         *
         *     Needs the scope `write`.
         */
        post: operations["postDeliveriesByIdRetry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try a delivery no more
         * @description An attempt that is on the wire ends and counts. The answer shows the delivery as it was.
         *
         *     Needs the scope `write`.
         */
        post: operations["postDeliveriesByIdCancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count what was delivered to a subscription
         * @description A delivery counts once, when it ends. Times are in seconds.
         *
         *     Needs the scope `read`.
         */
        get: operations["getSubscriptionsByIdStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tell how well a subscription's endpoint does
         * @description Needs the scope `read`.
         */
        get: operations["getSubscriptionsByIdHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a test delivery
         * @description Signed and sent once, now, as deliveries are, with the example of the event type as `data` (`{}` for a type without one) and the header `X-Broxi-Test: true`. Filters are not asked, and any state will do. It is no delivery: nothing counts it, lists it or tries it again. It has the timeout of the subscription, at most 20 s.
         *
         *     Needs the scope `write`.
         */
        post: operations["postSubscriptionsByIdTest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/diagnose": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Diagnose a url
         * @description Tries it from where deliveries come from: DNS, connection, certificate, a GET, and a POST of `{"test":"webhook"}` that is not signed. Each has 10 s.
         *
         *     Needs the scope `write`.
         */
        post: operations["postDiagnose"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/event-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List event types
         * @description All of them in one page: those that ship with the product, then those that were added.
         *
         *     Needs the scope `read`.
         */
        get: operations["getEventTypes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/event-types/{type}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show an event type
         * @description Needs the scope `read`.
         */
        get: operations["getEventTypesByType"];
        /**
         * Add or change an event type
         * @description Only for admins of the account `default`. Types that ship with the product cannot be changed.
         *
         *     Needs the scope `admin`.
         */
        put: operations["putEventTypesByType"];
        post?: never;
        /**
         * Take an added event type away
         * @description Only for admins of the account `default`.
         *
         *     Needs the scope `admin`.
         */
        delete: operations["deleteEventTypesByType"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List API keys
         * @description The account's keys, the newest first, without the keys themselves.
         *
         *     Needs the scope `admin`.
         */
        get: operations["getApiKeys"];
        put?: never;
        /**
         * Make an API key
         * @description The key is shown in this answer and never again. Only an admin of the account `default` makes keys for another account, which need not exist before.
         *
         *     Needs the scope `admin`.
         */
        post: operations["postApiKeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke an API key
         * @description For good.
         *
         *     Needs the scope `admin`.
         */
        delete: operations["deleteApiKeysById"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit-log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tell who did what
         * @description Every change and every look at a secret in the account, the newest first. `from` (included) and `to` (excluded) speak of when it was done.
         *
         *     Needs the scope `admin`.
         */
        get: operations["getAuditLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/encryption": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tell what is under which encryption key
         * @description Only for admins of the account `default`. An older key may leave the environment once it is removable.
         *
         *     Needs the scope `admin`.
         */
        get: operations["getEncryption"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/encryption/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put secrets under the current encryption key
         * @description Only for admins of the account `default`. Takes one page of the subscriptions of all accounts; ask again with its `next_cursor` until that is null. It may be broken off and begun anew.
         *
         *     Needs the scope `admin`.
         */
        post: operations["postEncryptionRotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Explain why an event was or was not delivered
         * @description Condition by condition, under the subscription's version at that time. The event is looked for among what Kafka was given from `from` (included) to `to` (excluded), by default the last 24 hours.
         *
         *     Needs the scope `read`.
         */
        post: operations["postExplain"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show what a draft would have matched
         * @description Runs it over past events. Whoever accepts `application/x-ndjson` is told of the progress line by line: any number of `{"type":"progress"}`, then one `{"type":"result"}` or `{"type":"error"}`.
         *
         *     Needs the scope `read`.
         */
        post: operations["postSubscriptionsPreview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sender-ips": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the addresses that deliveries come from
         * @description As the operator has published them, all in one page.
         *
         *     Needs the scope `read`.
         */
        get: operations["getSenderIps"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Publish an event
         * @description Puts it on Kafka. `id` and `timestamp` are made where they are absent; `account_id` may only be the account of the API key. `data` must fit the schema of its event type, where the type is known.
         *
         *     Needs the scope `write`.
         */
        post: operations["postEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @example {
         *       "id": "key_3Hs8dKq0ZpW1xYc7",
         *       "name": "ci",
         *       "scopes": [
         *         "read",
         *         "write"
         *       ],
         *       "account_id": "default",
         *       "created_at": "2024-01-15T10:30:05.123Z",
         *       "last_used_at": null
         *     }
         */
        ApiKey: {
            /** @example key_3Hs8dKq0ZpW1xYc7 */
            id: string;
            name: string;
            scopes: ("read" | "write" | "admin")[];
            /** @example default */
            account_id: string;
            /** Format: date-time */
            created_at: string;
            last_used_at: string | null;
        };
        /**
         * @example {
         *       "number": 1,
         *       "started_at": "2024-01-15T10:30:05.148Z",
         *       "duration_ms": 87,
         *       "url": "https://example.com/webhooks",
         *       "request_headers": {
         *         "content-type": "application/json",
         *         "x-custom": "***"
         *       },
         *       "timings": {
         *         "dns_ms": 4,
         *         "connect_ms": 11,
         *         "tls_ms": 23,
         *         "first_byte_ms": 48,
         *         "total_ms": 87
         *       },
         *       "status_code": 200,
         *       "error": null,
         *       "response_headers": {
         *         "content-type": "text/plain"
         *       },
         *       "response_body": "ok"
         *     }
         */
        Attempt: {
            /** @description Counted from 1. */
            number: number;
            /** Format: date-time */
            started_at: string;
            duration_ms: number;
            url: string;
            /** @description As they were sent, the values of the subscription's own masked. */
            request_headers: {
                [key: string]: string;
            } | null;
            /** @description Milliseconds; null for a phase that was not reached or not needed. */
            timings: {
                dns_ms: number | null;
                connect_ms: number | null;
                tls_ms: number | null;
                first_byte_ms: number | null;
                total_ms: number;
            };
            /** @description Null where no answer came. */
            status_code: number | null;
            /** @description Why no answer came. */
            error: string | null;
            response_headers: {
                [key: string]: string;
            };
            /** @description The first 16 KiB. */
            response_body: string;
        };
        /**
         * @example {
         *       "id": "aud_7Hd2kQ9sLw4XnB5vYt3R",
         *       "account_id": "default",
         *       "at": "2024-01-15T10:30:05.123Z",
         *       "actor": "key:key_3Hs8dKq0ZpW1xYc7",
         *       "source_ip": "192.0.2.17",
         *       "type": "SecretRevealed",
         *       "subscription_id": "wh_4f9Kq2Zt7mXc1LbR8sVd",
         *       "api_key_id": null,
         *       "event_type": null,
         *       "version": null,
         *       "details": {}
         *     }
         */
        AuditEntry: {
            id: string;
            /** @example default */
            account_id: string;
            /** Format: date-time */
            at: string;
            /** @description `key:<id>` of an API key, or `system:<part>`. */
            actor: string;
            /** @description Null where no request asked for it. */
            source_ip: string | null;
            /** @description Such as SubscriptionUpdated or SecretRevealed. */
            type: string;
            subscription_id: string | null;
            api_key_id: string | null;
            event_type: string | null;
            /** @description That the change made, where there are versions. */
            version: number | null;
            details: {
                [key: string]: unknown;
            };
        };
        Check: {
            /** @description Such as `events`, `filters.user_id` or `conditions.any[0].cost`. */
            path: string;
            operator: string;
            expected: unknown;
            /** @description The event's value; null where it is missing. */
            actual: unknown;
            /** @enum {string} */
            outcome: "holds" | "fails" | "missing" | "wrong_type";
        };
        /**
         * @example {
         *       "id": "key_3Hs8dKq0ZpW1xYc7",
         *       "name": "ci",
         *       "scopes": [
         *         "read",
         *         "write"
         *       ],
         *       "account_id": "default",
         *       "created_at": "2024-01-15T10:30:05.123Z",
         *       "last_used_at": null,
         *       "key": "whk_3Hs8dKq0ZpW1xYc7_vY2mQ9rT4kLw8ZpX1cB6nJ3hGd5sFaE0uRiOyPtKxVbN7qM"
         *     }
         */
        CreatedApiKey: {
            /** @example key_3Hs8dKq0ZpW1xYc7 */
            id: string;
            name: string;
            scopes: ("read" | "write" | "admin")[];
            /** @example default */
            account_id: string;
            /** Format: date-time */
            created_at: string;
            last_used_at: string | null;
            key: string;
        };
        /**
         * @example {
         *       "id": "wh_4f9Kq2Zt7mXc1LbR8sVd",
         *       "account_id": "default",
         *       "url": "https://example.com/webhooks",
         *       "events": [
         *         "workflow.completed",
         *         "workflow.failed"
         *       ],
         *       "description": "Runs of the support bot",
         *       "timeout": 30,
         *       "retry_policy": {
         *         "max_retries": 3,
         *         "retry_delay": 5,
         *         "exponential_backoff": true,
         *         "max_delay": 60
         *       },
         *       "headers": {},
         *       "filters": {
         *         "workflow_id": [
         *           "customer_support_bot"
         *         ]
         *       },
         *       "conditions": {
         *         "execution_time": {
         *           "greater_than": 5
         *         }
         *       },
         *       "routes": [],
         *       "aggregation": null,
         *       "tls": null,
         *       "signature_scheme": "body",
         *       "rate_limit": null,
         *       "ordered_by": null,
         *       "fallback": null,
         *       "auto_disable_after": 432000,
         *       "destination": {
         *         "type": "http"
         *       },
         *       "active": true,
         *       "state": "active",
         *       "state_reason": null,
         *       "version": 1,
         *       "created_at": "2024-01-15T10:30:05.123Z",
         *       "updated_at": "2024-01-15T10:30:05.123Z",
         *       "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
         *     }
         */
        CreatedSubscription: {
            /** @example wh_4f9Kq2Zt7mXc1LbR8sVd */
            id: string;
            /** @example default */
            account_id: string;
            /**
             * Format: uri
             * @description http or https, without user name and password.
             */
            url: string;
            events: string[];
            description: string;
            timeout: number;
            retry_policy: {
                /** @default 3 */
                max_retries: number;
                /** @default 5 */
                retry_delay: number;
                /** @default true */
                exponential_backoff: boolean;
                /** @default 60 */
                max_delay: number;
            };
            headers: {
                [key: string]: string;
            };
            /** @description Fields of data, and what each must be: a value, a list, operators, or the groups all, any and none. */
            filters: {
                [key: string]: unknown;
            };
            /** @description As filters; an event must meet both. */
            conditions: {
                [key: string]: unknown;
            };
            routes: {
                when: {
                    events?: string[];
                    /** @description Fields of data, and what each must be: a value, a list, operators, or the groups all, any and none. */
                    filters?: {
                        [key: string]: unknown;
                    };
                    /** @description As filters; an event must meet both. */
                    conditions?: {
                        [key: string]: unknown;
                    };
                };
                /**
                 * Format: uri
                 * @description http or https, without user name and password.
                 */
                url: string;
            }[];
            aggregation: {
                batch_size: number;
                batch_timeout: number;
            } | null;
            tls: {
                ca: string | null;
                client_certificate: string | null;
                client_key: string | null;
                expires_at: string | null;
                warnings: string[];
            } | null;
            /** @enum {string} */
            signature_scheme: "body" | "timestamped";
            rate_limit: {
                per_second: number;
            } | null;
            ordered_by: string | null;
            fallback: {
                /**
                 * Format: uri
                 * @description http or https, without user name and password.
                 */
                url: string;
            } | null;
            auto_disable_after: number | null;
            destination: {
                /** @constant */
                type: "http";
            };
            active: boolean;
            /** @enum {string} */
            state: "active" | "paused" | "disabled";
            state_reason: string | null;
            version: number;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            secret: string;
        };
        /**
         * @example {
         *       "event_id": "evt_1",
         *       "occurred_at": "2024-01-15T10:30:05.123Z",
         *       "source": {
         *         "topic": "platform.events",
         *         "partition": 0,
         *         "offset": "41"
         *       }
         *     }
         */
        DeliveredEvent: {
            /** @example evt_1 */
            event_id: string;
            /** Format: date-time */
            occurred_at: string;
            /** @description A Kafka record. The offset is a text, for it may exceed what a double holds. */
            source: {
                topic: string;
                partition: number;
                offset: string;
            };
        };
        /**
         * @example {
         *       "id": "del_0123456789abcdefghjkmnpqrstvwxyz",
         *       "account_id": "default",
         *       "subscription_id": "wh_4f9Kq2Zt7mXc1LbR8sVd",
         *       "event_id": "evt_1",
         *       "event": "workflow.completed",
         *       "occurred_at": "2024-01-15T10:30:05.123Z",
         *       "source": {
         *         "topic": "platform.events",
         *         "partition": 0,
         *         "offset": "41"
         *       },
         *       "workflow_id": "del_0123456789abcdefghjkmnpqrstvwxyz",
         *       "status": "succeeded",
         *       "attempt_count": 1,
         *       "last_status_code": 200,
         *       "last_error": null,
         *       "last_duration_ms": 87,
         *       "next_attempt_at": null,
         *       "created_at": "2024-01-15T10:30:05.140Z",
         *       "updated_at": "2024-01-15T10:30:05.235Z",
         *       "ended_at": "2024-01-15T10:30:05.235Z",
         *       "batched_events": null,
         *       "stands_in_for": null,
         *       "fallback_delivery_id": null,
         *       "temporal_url": "http://127.0.0.1:8233/namespaces/default/workflows/del_0123456789abcdefghjkmnpqrstvwxyz"
         *     }
         */
        Delivery: {
            /** @example del_0123456789abcdefghjkmnpqrstvwxyz */
            id: string;
            /** @example default */
            account_id: string;
            /** @example wh_4f9Kq2Zt7mXc1LbR8sVd */
            subscription_id: string;
            /** @example evt_1 */
            event_id: string;
            /** @description The event's type. */
            event: string;
            /**
             * Format: date-time
             * @description When the event happened, by its producer.
             */
            occurred_at: string;
            /** @description A Kafka record. The offset is a text, for it may exceed what a double holds. */
            source: {
                topic: string;
                partition: number;
                offset: string;
            };
            /** @description The Temporal workflow that carries it. */
            workflow_id: string;
            /** @enum {string} */
            status: "pending" | "retrying" | "held" | "succeeded" | "exhausted" | "cancelled" | "blocked";
            /** @description How many attempts have ended. */
            attempt_count: number;
            /** @description Null where no answer came. */
            last_status_code: number | null;
            /** @description Why no answer came. */
            last_error: string | null;
            last_duration_ms: number | null;
            /** @description Null unless it is retrying. */
            next_attempt_at: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            /** @description Null while it goes on. */
            ended_at: string | null;
            /** @description How many events a batch holds: `event_id` and `source` are then the first one's. Null for a single event. */
            batched_events: number | null;
            /** @description The exhausted delivery in whose place it goes to the subscription's fallback. */
            stands_in_for: string | null;
            /** @description The delivery that was made in its place once it was exhausted. */
            fallback_delivery_id: string | null;
            /** @description Its workflow's page in the Temporal UI. */
            temporal_url: string;
        };
        /**
         * @example {
         *       "id": "del_0123456789abcdefghjkmnpqrstvwxyz",
         *       "account_id": "default",
         *       "subscription_id": "wh_4f9Kq2Zt7mXc1LbR8sVd",
         *       "event_id": "evt_1",
         *       "event": "workflow.completed",
         *       "occurred_at": "2024-01-15T10:30:05.123Z",
         *       "source": {
         *         "topic": "platform.events",
         *         "partition": 0,
         *         "offset": "41"
         *       },
         *       "workflow_id": "del_0123456789abcdefghjkmnpqrstvwxyz",
         *       "status": "succeeded",
         *       "attempt_count": 1,
         *       "last_status_code": 200,
         *       "last_error": null,
         *       "last_duration_ms": 87,
         *       "next_attempt_at": null,
         *       "created_at": "2024-01-15T10:30:05.140Z",
         *       "updated_at": "2024-01-15T10:30:05.235Z",
         *       "ended_at": "2024-01-15T10:30:05.235Z",
         *       "batched_events": null,
         *       "stands_in_for": null,
         *       "fallback_delivery_id": null,
         *       "temporal_url": "http://127.0.0.1:8233/namespaces/default/workflows/del_0123456789abcdefghjkmnpqrstvwxyz",
         *       "events": [
         *         {
         *           "event_id": "evt_1",
         *           "occurred_at": "2024-01-15T10:30:05.123Z",
         *           "source": {
         *             "topic": "platform.events",
         *             "partition": 0,
         *             "offset": "41"
         *           }
         *         }
         *       ],
         *       "attempts": [
         *         {
         *           "number": 1,
         *           "started_at": "2024-01-15T10:30:05.148Z",
         *           "duration_ms": 87,
         *           "url": "https://example.com/webhooks",
         *           "request_headers": {
         *             "content-type": "application/json",
         *             "x-custom": "***"
         *           },
         *           "timings": {
         *             "dns_ms": 4,
         *             "connect_ms": 11,
         *             "tls_ms": 23,
         *             "first_byte_ms": 48,
         *             "total_ms": 87
         *           },
         *           "status_code": 200,
         *           "error": null,
         *           "response_headers": {
         *             "content-type": "text/plain"
         *           },
         *           "response_body": "ok"
         *         }
         *       ]
         *     }
         */
        DeliveryWithAttempts: {
            /** @example del_0123456789abcdefghjkmnpqrstvwxyz */
            id: string;
            /** @example default */
            account_id: string;
            /** @example wh_4f9Kq2Zt7mXc1LbR8sVd */
            subscription_id: string;
            /** @example evt_1 */
            event_id: string;
            /** @description The event's type. */
            event: string;
            /**
             * Format: date-time
             * @description When the event happened, by its producer.
             */
            occurred_at: string;
            /** @description A Kafka record. The offset is a text, for it may exceed what a double holds. */
            source: {
                topic: string;
                partition: number;
                offset: string;
            };
            /** @description The Temporal workflow that carries it. */
            workflow_id: string;
            /** @enum {string} */
            status: "pending" | "retrying" | "held" | "succeeded" | "exhausted" | "cancelled" | "blocked";
            /** @description How many attempts have ended. */
            attempt_count: number;
            /** @description Null where no answer came. */
            last_status_code: number | null;
            /** @description Why no answer came. */
            last_error: string | null;
            last_duration_ms: number | null;
            /** @description Null unless it is retrying. */
            next_attempt_at: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            /** @description Null while it goes on. */
            ended_at: string | null;
            /** @description How many events a batch holds: `event_id` and `source` are then the first one's. Null for a single event. */
            batched_events: number | null;
            /** @description The exhausted delivery in whose place it goes to the subscription's fallback. */
            stands_in_for: string | null;
            /** @description The delivery that was made in its place once it was exhausted. */
            fallback_delivery_id: string | null;
            /** @description Its workflow's page in the Temporal UI. */
            temporal_url: string;
            /** @description What it delivers: one event, but for a batch. */
            events: components["schemas"]["DeliveredEvent"][];
            attempts: components["schemas"]["Attempt"][];
        };
        /**
         * @example {
         *       "url": "https://example.com/webhooks"
         *     }
         */
        DiagnoseRequest: {
            /**
             * Format: uri
             * @description http or https, without user name and password.
             */
            url: string;
        };
        /**
         * @example {
         *       "url": "https://example.com/webhooks",
         *       "reachable": true,
         *       "get_status": 405,
         *       "post_status": 200,
         *       "tls": {
         *         "valid": true,
         *         "expires_at": "2024-06-01T00:00:00.000Z",
         *         "issuer": "Let's Encrypt"
         *       },
         *       "latency": {
         *         "dns_ms": 4,
         *         "connect_ms": 11,
         *         "tls_ms": 23,
         *         "get_ms": 80,
         *         "post_ms": 41
         *       },
         *       "issues": [
         *         "URL returns 405 to a GET. That does no harm as long as a POST is answered with 2xx."
         *       ]
         *     }
         */
        Diagnosis: {
            url: string;
            /** @description Whether a GET or a POST was answered, by whatever status. */
            reachable: boolean;
            get_status: number | null;
            post_status: number | null;
            /** @description Null for plain http. */
            tls: {
                valid: boolean;
                expires_at: string | null;
                issuer: string | null;
            } | null;
            /** @description Milliseconds; null for what was not reached or not needed. */
            latency: {
                dns_ms: number | null;
                connect_ms: number | null;
                tls_ms: number | null;
                get_ms: number | null;
                post_ms: number | null;
            };
            /** @description What is wrong, and what to do about it. Empty where deliveries can arrive. */
            issues: string[];
        };
        /**
         * @example {
         *       "current_key_id": "5fd924625f6ab16a",
         *       "rotated_at": "2024-01-15T10:30:05.123Z",
         *       "older_workflows": 0,
         *       "keys": [
         *         {
         *           "id": "5fd924625f6ab16a",
         *           "current": true,
         *           "configured": true,
         *           "subscriptions": 412,
         *           "removable": false
         *         },
         *         {
         *           "id": "b0a1c2d3e4f50617",
         *           "current": false,
         *           "configured": true,
         *           "subscriptions": 0,
         *           "removable": true
         *         }
         *       ]
         *     }
         */
        Encryption: {
            /** @description The first 16 hex digits of the SHA-256 of the key. */
            current_key_id: string;
            /** @description When a rotation to the current key last began; null where none has. */
            rotated_at: string | null;
            /** @description Running workflows that began before then, and may need an older key; null while that cannot be told. */
            older_workflows: number | null;
            keys: {
                /** @description The first 16 hex digits of the SHA-256 of the key. */
                id: string;
                current: boolean;
                configured: boolean;
                /** @description How many hold something under this key. */
                subscriptions: number;
                /** @description Nothing needs it any more. */
                removable: boolean;
            }[];
        };
        /**
         * @example {
         *       "limit": 20
         *     }
         */
        EncryptionRotation: {
            /** @default 50 */
            limit?: number;
            /**
             * @description The `next_cursor` of the page before. A rotation begins without.
             * @example wh_4f9Kq2Zt7mXc1LbR8sVd
             */
            cursor?: string;
        };
        /**
         * @example {
         *       "current_key_id": "5fd924625f6ab16a",
         *       "total": 412,
         *       "reencrypted": 19,
         *       "fresh": 1,
         *       "failed": [],
         *       "next_cursor": "wh_4f9Kq2Zt7mXc1LbR8sVd"
         *     }
         */
        EncryptionRotationPage: {
            /** @description The first 16 hex digits of the SHA-256 of the key. */
            current_key_id: string;
            /** @description Subscriptions of all accounts. */
            total: number;
            reencrypted: number;
            /** @description Those of which all was under the current key already. */
            fresh: number;
            failed: {
                /** @example wh_4f9Kq2Zt7mXc1LbR8sVd */
                subscription_id: string;
                /** @enum {string} */
                reason: "unknown_key" | "unreadable" | "no_worker" | "sealed_anew_with_older_key";
            }[];
            /** @description Null after the last page. */
            next_cursor: string | null;
        };
        /**
         * @example {
         *       "type": "invoice.paid",
         *       "description": "An invoice was paid.",
         *       "schema": {
         *         "type": "object",
         *         "properties": {
         *           "amount": {
         *             "type": "number"
         *           }
         *         }
         *       },
         *       "example": {
         *         "amount": 12.5
         *       },
         *       "version": 1,
         *       "deprecated": false
         *     }
         */
        EventType: {
            type: string;
            description: string;
            /** @description A JSON Schema of `data`. */
            schema: {
                [key: string]: unknown;
            };
            /** @description A `data` that fits it. */
            example: {
                [key: string]: unknown;
            };
            /** @description One more with each other schema. */
            version: number;
            deprecated: boolean;
        };
        /**
         * @example {
         *       "description": "An invoice was paid.",
         *       "schema": {
         *         "type": "object",
         *         "properties": {
         *           "amount": {
         *             "type": "number"
         *           }
         *         }
         *       },
         *       "example": {
         *         "amount": 12.5
         *       }
         *     }
         */
        EventTypeSettings: {
            description: string;
            /** @default {} */
            schema?: Record<string, never>;
            /** @default {} */
            example?: Record<string, never>;
            /** @default false */
            deprecated?: boolean;
        };
        /**
         * @example {
         *       "event_id": "evt_1",
         *       "subscription_id": "wh_4f9Kq2Zt7mXc1LbR8sVd"
         *     }
         */
        ExplainRequest: {
            /** @example evt_1 */
            event_id: string;
            /** @example wh_4f9Kq2Zt7mXc1LbR8sVd */
            subscription_id: string;
            /**
             * Format: date-time
             * @example 2024-01-15T10:30:05Z
             */
            from?: string;
            /**
             * Format: date-time
             * @example 2024-01-15T10:30:05Z
             */
            to?: string;
        };
        /**
         * @example {
         *       "event_id": "evt_1",
         *       "subscription_id": "wh_4f9Kq2Zt7mXc1LbR8sVd",
         *       "delivered": false,
         *       "reason": "condition",
         *       "detail": "The event does not meet the subscription's conditions (conditions.execution_time: expected greater_than 5, got 2.3).",
         *       "event": "workflow.completed",
         *       "account_id": "default",
         *       "timestamp": "2024-01-15T10:30:05.123Z",
         *       "subscription": {
         *         "at": "2024-01-15T10:30:05.140Z",
         *         "version": 3,
         *         "state": "active",
         *         "state_reason": null
         *       },
         *       "matched": false,
         *       "url": null,
         *       "checks": [
         *         {
         *           "path": "conditions.execution_time",
         *           "operator": "greater_than",
         *           "expected": 5,
         *           "actual": 2.3,
         *           "outcome": "fails"
         *         }
         *       ],
         *       "routes": [],
         *       "delivery": null,
         *       "records": [
         *         {
         *           "topic": "platform.events",
         *           "partition": 0,
         *           "offset": "41",
         *           "at": "2024-01-15T10:30:05.140Z",
         *           "outcome": "judged",
         *           "error": null
         *         }
         *       ],
         *       "searched": {
         *         "from": "2024-01-14T10:31:00.000Z",
         *         "to": "2024-01-15T10:31:00.000Z",
         *         "complete": true
         *       }
         *     }
         */
        Explanation: {
            event_id: string;
            subscription_id: string;
            delivered: boolean;
            /**
             * @description The first thing that kept the event from its receiver, or how far it has come.
             * @enum {string}
             */
            reason: "delivered" | "pending" | "waiting" | "retrying" | "paused" | "held" | "exhausted" | "blocked" | "cancelled" | "not_yet" | "collecting" | "dead_letter" | "account" | "not_created" | "deleted" | "disabled" | "type" | "filter" | "condition";
            /** @description The reason as a sentence. */
            detail: string;
            /** @description The event's type, where it is known. */
            event: string | null;
            account_id: string | null;
            timestamp: string | null;
            /** @description What the subscription was when the event was judged. */
            subscription: {
                /** Format: date-time */
                at: string;
                version: number;
                /** @enum {string} */
                state: "absent" | "active" | "paused" | "disabled" | "deleted";
                state_reason: string | null;
            };
            matched: boolean | null;
            url: string | null;
            checks: components["schemas"]["Check"][];
            routes: {
                url: string;
                holds: boolean;
                checks: components["schemas"]["Check"][];
            }[];
            delivery: components["schemas"]["Delivery"] | null;
            /** @description Every record of the event that was found. */
            records: {
                topic: string;
                partition: number;
                offset: string;
                /** Format: date-time */
                at: string;
                /** @enum {string} */
                outcome: "judged" | "deduplicated" | "dead_letter";
                error: string | null;
            }[];
            /** @description The stretch that was looked through, and whether all of it was. */
            searched: {
                /** Format: date-time */
                from: string;
                /** Format: date-time */
                to: string;
                complete: boolean;
            };
        };
        /**
         * @example {
         *       "status": "healthy",
         *       "success_rate": 98.33,
         *       "total_deliveries": 120,
         *       "average_response_time": 0.12
         *     }
         */
        Health: {
            /**
             * @description Healthy is a success rate over 95 percent.
             * @enum {string}
             */
            status: "no_data" | "healthy" | "degraded";
            /** @description Percent. */
            success_rate: number;
            /** @description Those that have ended. */
            total_deliveries: number;
            /** @description Seconds; 0 before a delivery has ended. */
            average_response_time: number;
        };
        /**
         * @example {
         *       "name": "ci",
         *       "scopes": [
         *         "read",
         *         "write"
         *       ]
         *     }
         */
        NewApiKey: {
            name: string;
            scopes: ("read" | "write" | "admin")[];
            /** @example default */
            account_id?: string;
        };
        /**
         * @example {
         *       "event": "workflow.completed",
         *       "data": {
         *         "workflow_id": "customer_support_bot",
         *         "execution_time": 2.3
         *       }
         *     }
         */
        NewEvent: {
            /** @example evt_1 */
            id?: string;
            event: string;
            timestamp?: string;
            account_id?: string;
            data: {
                [key: string]: unknown;
            };
        };
        /**
         * @example {
         *       "url": "https://example.com/webhooks",
         *       "events": [
         *         "workflow.completed",
         *         "workflow.failed"
         *       ],
         *       "description": "Runs of the support bot",
         *       "filters": {
         *         "workflow_id": [
         *           "customer_support_bot"
         *         ]
         *       },
         *       "conditions": {
         *         "execution_time": {
         *           "greater_than": 5
         *         }
         *       }
         *     }
         */
        NewSubscription: {
            /**
             * Format: uri
             * @description http or https, without user name and password.
             */
            url: string;
            events: string[];
            /** @default  */
            description?: string;
            /** @default 30 */
            timeout?: number;
            /** @default {} */
            retry_policy?: {
                /** @default 3 */
                max_retries?: number;
                /** @default 5 */
                retry_delay?: number;
                /** @default true */
                exponential_backoff?: boolean;
                /** @default 60 */
                max_delay?: number;
            };
            /** @default {} */
            headers?: {
                [key: string]: string;
            };
            /**
             * @description Fields of data, and what each must be: a value, a list, operators, or the groups all, any and none.
             * @default {}
             */
            filters?: {
                [key: string]: unknown;
            };
            /**
             * @description As filters; an event must meet both.
             * @default {}
             */
            conditions?: {
                [key: string]: unknown;
            };
            /** @default [] */
            routes?: {
                when: {
                    events?: string[];
                    /** @description Fields of data, and what each must be: a value, a list, operators, or the groups all, any and none. */
                    filters?: {
                        [key: string]: unknown;
                    };
                    /** @description As filters; an event must meet both. */
                    conditions?: {
                        [key: string]: unknown;
                    };
                };
                /**
                 * Format: uri
                 * @description http or https, without user name and password.
                 */
                url: string;
            }[];
            /** @default null */
            aggregation?: {
                batch_size: number;
                batch_timeout: number;
            } | null;
            /** @default null */
            tls?: {
                /** @default null */
                ca?: string | null;
                /** @default null */
                client_certificate?: string | null;
                /** @default null */
                client_key?: string | null;
            } | null;
            /**
             * @default body
             * @enum {string}
             */
            signature_scheme?: "body" | "timestamped";
            /** @default null */
            rate_limit?: {
                per_second: number;
            } | null;
            /** @default null */
            ordered_by?: string | null;
            /** @default null */
            fallback?: {
                /**
                 * Format: uri
                 * @description http or https, without user name and password.
                 */
                url: string;
                /** @description Not offered by this version. */
                destination?: unknown;
            } | null;
            /** @default 432000 */
            auto_disable_after?: number | null;
            /**
             * @default {
             *       "type": "http"
             *     }
             */
            destination?: {
                /** @constant */
                type: "http";
            };
            secret?: string;
            /** @default true */
            active?: boolean;
        };
        /**
         * @example {
         *       "from": "2024-01-14T10:31:00.000Z",
         *       "to": "2024-01-15T10:31:00.000Z",
         *       "events": 1200,
         *       "matched": 48,
         *       "rate_per_hour": 2,
         *       "complete": true,
         *       "data": [
         *         {
         *           "id": "evt_1",
         *           "event": "workflow.completed",
         *           "timestamp": "2024-01-15T10:30:05.123Z",
         *           "received_at": "2024-01-15T10:30:05.140Z",
         *           "source": {
         *             "topic": "platform.events",
         *             "partition": 0,
         *             "offset": "41"
         *           }
         *         }
         *       ]
         *     }
         */
        Preview: {
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            to: string;
            /** @description The account's events in that time. */
            events: number;
            matched: number;
            /** @description Matches per hour over the whole time. */
            rate_per_hour: number;
            /** @description False where the counts are too small: not all was read in time. */
            complete: boolean;
            /** @description The newest matches, the newest first. */
            data: {
                id: string;
                event: string;
                /**
                 * Format: date-time
                 * @description When it happened, by its producer.
                 */
                timestamp: string;
                /**
                 * Format: date-time
                 * @description When Kafka was given it.
                 */
                received_at: string;
                /** @description A Kafka record. The offset is a text, for it may exceed what a double holds. */
                source: {
                    topic: string;
                    partition: number;
                    offset: string;
                };
            }[];
        };
        /**
         * @example {
         *       "events": [
         *         "workflow.*"
         *       ],
         *       "conditions": {
         *         "execution_time": {
         *           "greater_than": 5
         *         }
         *       },
         *       "limit": 10
         *     }
         */
        PreviewRequest: {
            /**
             * @default [
             *       "*"
             *     ]
             */
            events?: string[];
            /**
             * @description Fields of data, and what each must be: a value, a list, operators, or the groups all, any and none.
             * @default {}
             */
            filters?: {
                [key: string]: unknown;
            };
            /**
             * @description As filters; an event must meet both.
             * @default {}
             */
            conditions?: {
                [key: string]: unknown;
            };
            /**
             * Format: date-time
             * @example 2024-01-15T10:30:05Z
             */
            from?: string;
            /**
             * Format: date-time
             * @example 2024-01-15T10:30:05Z
             */
            to?: string;
            /** @default 50 */
            limit?: number;
        };
        Problem: {
            /** @constant */
            type: "about:blank";
            /** @description The phrase that belongs to the status. */
            title: string;
            status: number;
            /** @description What is wrong, for a person. */
            detail: string;
            /** @description Of a 422: each field that is wrong. */
            readonly errors?: {
                path: string;
                message: string;
            }[];
        };
        /**
         * @example {
         *       "force": true
         *     }
         */
        RetryRequest: {
            /**
             * @description Also where it has succeeded: its receiver gets it a second time.
             * @default false
             */
            force?: boolean;
        };
        /**
         * @example {
         *       "id": "wh_4f9Kq2Zt7mXc1LbR8sVd",
         *       "account_id": "default",
         *       "url": "https://example.com/webhooks",
         *       "events": [
         *         "workflow.completed",
         *         "workflow.failed"
         *       ],
         *       "description": "Runs of the support bot",
         *       "timeout": 30,
         *       "retry_policy": {
         *         "max_retries": 3,
         *         "retry_delay": 5,
         *         "exponential_backoff": true,
         *         "max_delay": 60
         *       },
         *       "headers": {},
         *       "filters": {
         *         "workflow_id": [
         *           "customer_support_bot"
         *         ]
         *       },
         *       "conditions": {
         *         "execution_time": {
         *           "greater_than": 5
         *         }
         *       },
         *       "routes": [],
         *       "aggregation": null,
         *       "tls": null,
         *       "signature_scheme": "body",
         *       "rate_limit": null,
         *       "ordered_by": null,
         *       "fallback": null,
         *       "auto_disable_after": 432000,
         *       "destination": {
         *         "type": "http"
         *       },
         *       "active": true,
         *       "state": "active",
         *       "state_reason": null,
         *       "version": 1,
         *       "created_at": "2024-01-15T10:30:05.123Z",
         *       "updated_at": "2024-01-15T10:30:05.123Z",
         *       "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
         *       "previous_secret_expires_at": "2024-01-16T10:30:05.123Z"
         *     }
         */
        RotatedSubscription: {
            /** @example wh_4f9Kq2Zt7mXc1LbR8sVd */
            id: string;
            /** @example default */
            account_id: string;
            /**
             * Format: uri
             * @description http or https, without user name and password.
             */
            url: string;
            events: string[];
            description: string;
            timeout: number;
            retry_policy: {
                /** @default 3 */
                max_retries: number;
                /** @default 5 */
                retry_delay: number;
                /** @default true */
                exponential_backoff: boolean;
                /** @default 60 */
                max_delay: number;
            };
            headers: {
                [key: string]: string;
            };
            /** @description Fields of data, and what each must be: a value, a list, operators, or the groups all, any and none. */
            filters: {
                [key: string]: unknown;
            };
            /** @description As filters; an event must meet both. */
            conditions: {
                [key: string]: unknown;
            };
            routes: {
                when: {
                    events?: string[];
                    /** @description Fields of data, and what each must be: a value, a list, operators, or the groups all, any and none. */
                    filters?: {
                        [key: string]: unknown;
                    };
                    /** @description As filters; an event must meet both. */
                    conditions?: {
                        [key: string]: unknown;
                    };
                };
                /**
                 * Format: uri
                 * @description http or https, without user name and password.
                 */
                url: string;
            }[];
            aggregation: {
                batch_size: number;
                batch_timeout: number;
            } | null;
            tls: {
                ca: string | null;
                client_certificate: string | null;
                client_key: string | null;
                expires_at: string | null;
                warnings: string[];
            } | null;
            /** @enum {string} */
            signature_scheme: "body" | "timestamped";
            rate_limit: {
                per_second: number;
            } | null;
            ordered_by: string | null;
            fallback: {
                /**
                 * Format: uri
                 * @description http or https, without user name and password.
                 */
                url: string;
            } | null;
            auto_disable_after: number | null;
            destination: {
                /** @constant */
                type: "http";
            };
            active: boolean;
            /** @enum {string} */
            state: "active" | "paused" | "disabled";
            state_reason: string | null;
            version: number;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            secret: string;
            /** @description Until when the secret before is valid too; null where it is not any more. */
            previous_secret_expires_at: string | null;
        };
        /**
         * @example {
         *       "overlap_seconds": 86400
         *     }
         */
        SecretRotation: {
            /** @default 86400 */
            overlap_seconds?: number;
            secret?: string;
        };
        /**
         * @example {
         *       "total_deliveries": 120,
         *       "successful_deliveries": 118,
         *       "failed_deliveries": 2,
         *       "pending_deliveries": 1,
         *       "held_deliveries": 0,
         *       "average_response_time": 0.12,
         *       "p95_response_time": 0.31,
         *       "last_delivery": "2024-01-15T10:30:05.235Z"
         *     }
         */
        Stats: {
            /** @description Those that have ended. */
            total_deliveries: number;
            successful_deliveries: number;
            failed_deliveries: number;
            pending_deliveries: number;
            held_deliveries: number;
            /** @description Seconds; 0 before a delivery has ended. */
            average_response_time: number;
            /** @description Seconds; 0 before a delivery has ended. */
            p95_response_time: number;
            last_delivery: string | null;
        };
        /**
         * @example {
         *       "id": "wh_4f9Kq2Zt7mXc1LbR8sVd",
         *       "account_id": "default",
         *       "url": "https://example.com/webhooks",
         *       "events": [
         *         "workflow.completed",
         *         "workflow.failed"
         *       ],
         *       "description": "Runs of the support bot",
         *       "timeout": 30,
         *       "retry_policy": {
         *         "max_retries": 3,
         *         "retry_delay": 5,
         *         "exponential_backoff": true,
         *         "max_delay": 60
         *       },
         *       "headers": {},
         *       "filters": {
         *         "workflow_id": [
         *           "customer_support_bot"
         *         ]
         *       },
         *       "conditions": {
         *         "execution_time": {
         *           "greater_than": 5
         *         }
         *       },
         *       "routes": [],
         *       "aggregation": null,
         *       "tls": null,
         *       "signature_scheme": "body",
         *       "rate_limit": null,
         *       "ordered_by": null,
         *       "fallback": null,
         *       "auto_disable_after": 432000,
         *       "destination": {
         *         "type": "http"
         *       },
         *       "active": true,
         *       "state": "active",
         *       "state_reason": null,
         *       "version": 1,
         *       "created_at": "2024-01-15T10:30:05.123Z",
         *       "updated_at": "2024-01-15T10:30:05.123Z"
         *     }
         */
        Subscription: {
            /** @example wh_4f9Kq2Zt7mXc1LbR8sVd */
            id: string;
            /** @example default */
            account_id: string;
            /**
             * Format: uri
             * @description http or https, without user name and password.
             */
            url: string;
            events: string[];
            description: string;
            timeout: number;
            retry_policy: {
                /** @default 3 */
                max_retries: number;
                /** @default 5 */
                retry_delay: number;
                /** @default true */
                exponential_backoff: boolean;
                /** @default 60 */
                max_delay: number;
            };
            headers: {
                [key: string]: string;
            };
            /** @description Fields of data, and what each must be: a value, a list, operators, or the groups all, any and none. */
            filters: {
                [key: string]: unknown;
            };
            /** @description As filters; an event must meet both. */
            conditions: {
                [key: string]: unknown;
            };
            routes: {
                when: {
                    events?: string[];
                    /** @description Fields of data, and what each must be: a value, a list, operators, or the groups all, any and none. */
                    filters?: {
                        [key: string]: unknown;
                    };
                    /** @description As filters; an event must meet both. */
                    conditions?: {
                        [key: string]: unknown;
                    };
                };
                /**
                 * Format: uri
                 * @description http or https, without user name and password.
                 */
                url: string;
            }[];
            aggregation: {
                batch_size: number;
                batch_timeout: number;
            } | null;
            tls: {
                ca: string | null;
                client_certificate: string | null;
                client_key: string | null;
                expires_at: string | null;
                warnings: string[];
            } | null;
            /** @enum {string} */
            signature_scheme: "body" | "timestamped";
            rate_limit: {
                per_second: number;
            } | null;
            ordered_by: string | null;
            fallback: {
                /**
                 * Format: uri
                 * @description http or https, without user name and password.
                 */
                url: string;
            } | null;
            auto_disable_after: number | null;
            destination: {
                /** @constant */
                type: "http";
            };
            active: boolean;
            /** @enum {string} */
            state: "active" | "paused" | "disabled";
            state_reason: string | null;
            version: number;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
        };
        /**
         * @example {
         *       "description": "Runs of the support bot",
         *       "retry_policy": {
         *         "max_retries": 5
         *       }
         *     }
         */
        SubscriptionPatch: {
            /**
             * Format: uri
             * @description http or https, without user name and password.
             */
            url?: string;
            events?: string[];
            description?: string;
            timeout?: number;
            retry_policy?: {
                max_retries?: number;
                retry_delay?: number;
                exponential_backoff?: boolean;
                max_delay?: number;
            };
            headers?: {
                [key: string]: string;
            };
            /** @description Fields of data, and what each must be: a value, a list, operators, or the groups all, any and none. */
            filters?: {
                [key: string]: unknown;
            };
            /** @description As filters; an event must meet both. */
            conditions?: {
                [key: string]: unknown;
            };
            routes?: {
                when: {
                    events?: string[];
                    /** @description Fields of data, and what each must be: a value, a list, operators, or the groups all, any and none. */
                    filters?: {
                        [key: string]: unknown;
                    };
                    /** @description As filters; an event must meet both. */
                    conditions?: {
                        [key: string]: unknown;
                    };
                };
                /**
                 * Format: uri
                 * @description http or https, without user name and password.
                 */
                url: string;
            }[];
            aggregation?: {
                batch_size: number;
                batch_timeout: number;
            } | null;
            tls?: {
                /** @default null */
                ca?: string | null;
                /** @default null */
                client_certificate?: string | null;
                /** @default null */
                client_key?: string | null;
            } | null;
            /** @enum {string} */
            signature_scheme?: "body" | "timestamped";
            rate_limit?: {
                per_second: number;
            } | null;
            ordered_by?: string | null;
            fallback?: {
                /**
                 * Format: uri
                 * @description http or https, without user name and password.
                 */
                url: string;
                /** @description Not offered by this version. */
                destination?: unknown;
            } | null;
            auto_disable_after?: number | null;
            destination?: {
                /** @constant */
                type: "http";
            };
            secret?: string;
            active?: boolean;
        };
        /**
         * @example {
         *       "delivery_id": "del_0123456789abcdefghjkmnpqrstvwxyz",
         *       "event": "workflow.completed",
         *       "outcome": "succeeded",
         *       "number": 1,
         *       "started_at": "2024-01-15T10:30:05.148Z",
         *       "duration_ms": 87,
         *       "url": "https://example.com/webhooks",
         *       "request_headers": {
         *         "X-Broxi-Event": "workflow.completed",
         *         "X-Broxi-Test": "true"
         *       },
         *       "request_body": "{\"event\":\"workflow.completed\",\"data\":{}}",
         *       "timings": {
         *         "dns_ms": 4,
         *         "connect_ms": 11,
         *         "tls_ms": 23,
         *         "first_byte_ms": 48,
         *         "total_ms": 87
         *       },
         *       "status_code": 200,
         *       "error": null,
         *       "response_headers": {
         *         "content-type": "text/plain"
         *       },
         *       "response_body": "ok",
         *       "temporal_url": "http://127.0.0.1:8233/namespaces/default/workflows/test_4f9Kq2Zt7mXc1LbR8sVd"
         *     }
         */
        TestDelivery: {
            /**
             * @description As it was sent. No such delivery is kept.
             * @example del_0123456789abcdefghjkmnpqrstvwxyz
             */
            delivery_id: string;
            event: string;
            /**
             * @description `blocked`: the url leads to an address that is not public, and nothing was sent.
             * @enum {string}
             */
            outcome: "succeeded" | "failed" | "blocked";
            /** @description Counted from 1. */
            number: number;
            /** Format: date-time */
            started_at: string;
            duration_ms: number;
            url: string;
            /** @description As they were sent, the values of the subscription's own masked. */
            request_headers: {
                [key: string]: string;
            } | null;
            /** @description Milliseconds; null for a phase that was not reached or not needed. */
            timings: {
                dns_ms: number | null;
                connect_ms: number | null;
                tls_ms: number | null;
                first_byte_ms: number | null;
                total_ms: number;
            };
            /** @description Null where no answer came. */
            status_code: number | null;
            /** @description Why no answer came. */
            error: string | null;
            response_headers: {
                [key: string]: string;
            };
            /** @description The first 16 KiB. */
            response_body: string;
            request_body: string;
            /** @description The page of the workflow that sent it. */
            temporal_url: string;
        };
        /**
         * @example {
         *       "event": "workflow.completed"
         *     }
         */
        TestRequest: {
            event: string;
        };
        /**
         * @example {
         *       "version": 2,
         *       "type": "SubscriptionUpdated",
         *       "at": "2024-01-15T10:30:05.123Z",
         *       "actor": "key:key_3Hs8dKq0ZpW1xYc7",
         *       "changes": [
         *         {
         *           "path": "retry_policy.max_retries",
         *           "from": 3,
         *           "to": 5
         *         }
         *       ]
         *     }
         */
        VersionChange: {
            version: number;
            /** @description What happened, such as SubscriptionPaused. */
            type: string;
            /** Format: date-time */
            at: string;
            /** @description Who asked for it, such as key:<id> of an API key. */
            actor: string;
            changes: {
                /** @description Dotted, such as `url` or `retry_policy.max_retries`. */
                path: string;
                /** @description Null where it was not there; `***` for what is secret. */
                from: unknown;
                /** @description Null where it was not there; `***` for what is secret. */
                to: unknown;
            }[];
        };
    };
    responses: {
        /** @description What was sent cannot be read: the path, a header, or a body that is no JSON. */
        400: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "title": "Bad Request",
                 *       "status": 400,
                 *       "detail": "What was sent cannot be read: the path, a header, or a body that is no JSON."
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description There is no API key, or it is not known, or it was revoked. */
        401: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "title": "Unauthorized",
                 *       "status": 401,
                 *       "detail": "Send an API key: \"Authorization: Bearer <key>\"."
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The API key lacks the scope that this needs. */
        403: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "title": "Forbidden",
                 *       "status": 403,
                 *       "detail": "The API key lacks the scope that this needs."
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description There is no such thing, or it belongs to another account. */
        404: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "title": "Not Found",
                 *       "status": 404,
                 *       "detail": "There is no such thing, or it belongs to another account."
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is too large. */
        413: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "title": "Content Too Large",
                 *       "status": 413,
                 *       "detail": "The body is too large."
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is of another media type than JSON. */
        415: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "title": "Unsupported Media Type",
                 *       "status": 415,
                 *       "detail": "The body is of another media type than JSON."
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Fields are wrong: `errors` names each of them. */
        422: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "title": "Unprocessable Content",
                 *       "status": 422,
                 *       "detail": "limit: expected a number from 1 to 250",
                 *       "errors": [
                 *         {
                 *           "path": "limit",
                 *           "message": "expected a number from 1 to 250"
                 *         }
                 *       ]
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The API key makes too many requests, or too many ask this at once. `Retry-After` says when to come back. */
        429: {
            headers: {
                /** @description Seconds. */
                "Retry-After"?: string;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "title": "Too Many Requests",
                 *       "status": 429,
                 *       "detail": "The API key makes too many requests, or too many ask this at once. `Retry-After` says when to come back."
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description What answers this is away at the moment, or the API stops. `Retry-After` says when to come back. */
        503: {
            headers: {
                /** @description Seconds. */
                "Retry-After"?: string;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "title": "Service Unavailable",
                 *       "status": 503,
                 *       "detail": "What answers this is away at the moment, or the API stops. `Retry-After` says when to come back."
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getHealthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ok"
                     *     }
                     */
                    "application/json": {
                        /** @constant */
                        status: "ok";
                    };
                };
            };
        };
    };
    getReadyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ready"
                     *     }
                     */
                    "application/json": {
                        /** @constant */
                        status: "ready";
                    };
                };
            };
            /** @description Not yet. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "not_ready"
                     *     }
                     */
                    "application/json": {
                        /** @constant */
                        status: "not_ready";
                    };
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    getOpenapiJson: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "openapi": "3.1.0"
                     *     }
                     */
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    getDocs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
        };
    };
    getSubscriptions: {
        parameters: {
            query?: {
                /**
                 * @description How many to answer at most.
                 * @example 50
                 */
                limit?: number;
                /** @description The `next_cursor` of the answer before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "wh_4f9Kq2Zt7mXc1LbR8sVd",
                     *           "account_id": "default",
                     *           "url": "https://example.com/webhooks",
                     *           "events": [
                     *             "workflow.completed",
                     *             "workflow.failed"
                     *           ],
                     *           "description": "Runs of the support bot",
                     *           "timeout": 30,
                     *           "retry_policy": {
                     *             "max_retries": 3,
                     *             "retry_delay": 5,
                     *             "exponential_backoff": true,
                     *             "max_delay": 60
                     *           },
                     *           "headers": {},
                     *           "filters": {
                     *             "workflow_id": [
                     *               "customer_support_bot"
                     *             ]
                     *           },
                     *           "conditions": {
                     *             "execution_time": {
                     *               "greater_than": 5
                     *             }
                     *           },
                     *           "routes": [],
                     *           "aggregation": null,
                     *           "tls": null,
                     *           "signature_scheme": "body",
                     *           "rate_limit": null,
                     *           "ordered_by": null,
                     *           "fallback": null,
                     *           "auto_disable_after": 432000,
                     *           "destination": {
                     *             "type": "http"
                     *           },
                     *           "active": true,
                     *           "state": "active",
                     *           "state_reason": null,
                     *           "version": 1,
                     *           "created_at": "2024-01-15T10:30:05.123Z",
                     *           "updated_at": "2024-01-15T10:30:05.123Z"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Subscription"][];
                        /** @description What to send as `cursor` for the next page; null at the end. */
                        next_cursor: string | null;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    postSubscriptions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "url": "https://example.com/webhooks",
                 *       "events": [
                 *         "workflow.completed",
                 *         "workflow.failed"
                 *       ],
                 *       "description": "Runs of the support bot",
                 *       "filters": {
                 *         "workflow_id": [
                 *           "customer_support_bot"
                 *         ]
                 *       },
                 *       "conditions": {
                 *         "execution_time": {
                 *           "greater_than": 5
                 *         }
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["NewSubscription"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    ETag?: string;
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "wh_4f9Kq2Zt7mXc1LbR8sVd",
                     *       "account_id": "default",
                     *       "url": "https://example.com/webhooks",
                     *       "events": [
                     *         "workflow.completed",
                     *         "workflow.failed"
                     *       ],
                     *       "description": "Runs of the support bot",
                     *       "timeout": 30,
                     *       "retry_policy": {
                     *         "max_retries": 3,
                     *         "retry_delay": 5,
                     *         "exponential_backoff": true,
                     *         "max_delay": 60
                     *       },
                     *       "headers": {},
                     *       "filters": {
                     *         "workflow_id": [
                     *           "customer_support_bot"
                     *         ]
                     *       },
                     *       "conditions": {
                     *         "execution_time": {
                     *           "greater_than": 5
                     *         }
                     *       },
                     *       "routes": [],
                     *       "aggregation": null,
                     *       "tls": null,
                     *       "signature_scheme": "body",
                     *       "rate_limit": null,
                     *       "ordered_by": null,
                     *       "fallback": null,
                     *       "auto_disable_after": 432000,
                     *       "destination": {
                     *         "type": "http"
                     *       },
                     *       "active": true,
                     *       "state": "active",
                     *       "state_reason": null,
                     *       "version": 1,
                     *       "created_at": "2024-01-15T10:30:05.123Z",
                     *       "updated_at": "2024-01-15T10:30:05.123Z",
                     *       "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
                     *     }
                     */
                    "application/json": components["schemas"]["CreatedSubscription"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getSubscriptionsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example wh_4f9Kq2Zt7mXc1LbR8sVd */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "wh_4f9Kq2Zt7mXc1LbR8sVd",
                     *       "account_id": "default",
                     *       "url": "https://example.com/webhooks",
                     *       "events": [
                     *         "workflow.completed",
                     *         "workflow.failed"
                     *       ],
                     *       "description": "Runs of the support bot",
                     *       "timeout": 30,
                     *       "retry_policy": {
                     *         "max_retries": 3,
                     *         "retry_delay": 5,
                     *         "exponential_backoff": true,
                     *         "max_delay": 60
                     *       },
                     *       "headers": {},
                     *       "filters": {
                     *         "workflow_id": [
                     *           "customer_support_bot"
                     *         ]
                     *       },
                     *       "conditions": {
                     *         "execution_time": {
                     *           "greater_than": 5
                     *         }
                     *       },
                     *       "routes": [],
                     *       "aggregation": null,
                     *       "tls": null,
                     *       "signature_scheme": "body",
                     *       "rate_limit": null,
                     *       "ordered_by": null,
                     *       "fallback": null,
                     *       "auto_disable_after": 432000,
                     *       "destination": {
                     *         "type": "http"
                     *       },
                     *       "active": true,
                     *       "state": "active",
                     *       "state_reason": null,
                     *       "version": 1,
                     *       "created_at": "2024-01-15T10:30:05.123Z",
                     *       "updated_at": "2024-01-15T10:30:05.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Subscription"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    deleteSubscriptionsById: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the version that is to be changed. Another one by then answers 412.
                 * @example "3"
                 */
                "if-match"?: string;
            };
            path: {
                /** @example wh_4f9Kq2Zt7mXc1LbR8sVd */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. There is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            /** @description The subscription is not at the version that `If-Match` names. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "title": "Precondition Failed",
                     *       "status": 412,
                     *       "detail": "The subscription is not at the version that `If-Match` names."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    patchSubscriptionsById: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the version that is to be changed. Another one by then answers 412.
                 * @example "3"
                 */
                "if-match"?: string;
            };
            path: {
                /** @example wh_4f9Kq2Zt7mXc1LbR8sVd */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "description": "Runs of the support bot",
                 *       "retry_policy": {
                 *         "max_retries": 5
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["SubscriptionPatch"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "wh_4f9Kq2Zt7mXc1LbR8sVd",
                     *       "account_id": "default",
                     *       "url": "https://example.com/webhooks",
                     *       "events": [
                     *         "workflow.completed",
                     *         "workflow.failed"
                     *       ],
                     *       "description": "Runs of the support bot",
                     *       "timeout": 30,
                     *       "retry_policy": {
                     *         "max_retries": 3,
                     *         "retry_delay": 5,
                     *         "exponential_backoff": true,
                     *         "max_delay": 60
                     *       },
                     *       "headers": {},
                     *       "filters": {
                     *         "workflow_id": [
                     *           "customer_support_bot"
                     *         ]
                     *       },
                     *       "conditions": {
                     *         "execution_time": {
                     *           "greater_than": 5
                     *         }
                     *       },
                     *       "routes": [],
                     *       "aggregation": null,
                     *       "tls": null,
                     *       "signature_scheme": "body",
                     *       "rate_limit": null,
                     *       "ordered_by": null,
                     *       "fallback": null,
                     *       "auto_disable_after": 432000,
                     *       "destination": {
                     *         "type": "http"
                     *       },
                     *       "active": true,
                     *       "state": "active",
                     *       "state_reason": null,
                     *       "version": 1,
                     *       "created_at": "2024-01-15T10:30:05.123Z",
                     *       "updated_at": "2024-01-15T10:30:05.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Subscription"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            /** @description The subscription is not at the version that `If-Match` names. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "title": "Precondition Failed",
                     *       "status": 412,
                     *       "detail": "The subscription is not at the version that `If-Match` names."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getSubscriptionsByIdSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example wh_4f9Kq2Zt7mXc1LbR8sVd */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
                     *     }
                     */
                    "application/json": {
                        secret: string;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    postSubscriptionsByIdRotateSecret: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the version that is to be changed. Another one by then answers 412.
                 * @example "3"
                 */
                "if-match"?: string;
            };
            path: {
                /** @example wh_4f9Kq2Zt7mXc1LbR8sVd */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "overlap_seconds": 86400
                 *     }
                 */
                "application/json": components["schemas"]["SecretRotation"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "wh_4f9Kq2Zt7mXc1LbR8sVd",
                     *       "account_id": "default",
                     *       "url": "https://example.com/webhooks",
                     *       "events": [
                     *         "workflow.completed",
                     *         "workflow.failed"
                     *       ],
                     *       "description": "Runs of the support bot",
                     *       "timeout": 30,
                     *       "retry_policy": {
                     *         "max_retries": 3,
                     *         "retry_delay": 5,
                     *         "exponential_backoff": true,
                     *         "max_delay": 60
                     *       },
                     *       "headers": {},
                     *       "filters": {
                     *         "workflow_id": [
                     *           "customer_support_bot"
                     *         ]
                     *       },
                     *       "conditions": {
                     *         "execution_time": {
                     *           "greater_than": 5
                     *         }
                     *       },
                     *       "routes": [],
                     *       "aggregation": null,
                     *       "tls": null,
                     *       "signature_scheme": "body",
                     *       "rate_limit": null,
                     *       "ordered_by": null,
                     *       "fallback": null,
                     *       "auto_disable_after": 432000,
                     *       "destination": {
                     *         "type": "http"
                     *       },
                     *       "active": true,
                     *       "state": "active",
                     *       "state_reason": null,
                     *       "version": 1,
                     *       "created_at": "2024-01-15T10:30:05.123Z",
                     *       "updated_at": "2024-01-15T10:30:05.123Z",
                     *       "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
                     *       "previous_secret_expires_at": "2024-01-16T10:30:05.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["RotatedSubscription"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            /** @description Others change the secret at the same time. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "title": "Conflict",
                     *       "status": 409,
                     *       "detail": "Others change the secret at the same time."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The subscription is not at the version that `If-Match` names. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "title": "Precondition Failed",
                     *       "status": 412,
                     *       "detail": "The subscription is not at the version that `If-Match` names."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    postSubscriptionsByIdFlush: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example wh_4f9Kq2Zt7mXc1LbR8sVd */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "batches": 2,
                     *       "events": 17
                     *     }
                     */
                    "application/json": {
                        /** @description How many were flushed. Those that were empty do not count. */
                        batches: number;
                        /** @description How many events are in them. */
                        events: number;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getSubscriptionsByIdHistory: {
        parameters: {
            query?: {
                /**
                 * @description How many to answer at most.
                 * @example 50
                 */
                limit?: number;
                /** @description The `next_cursor` of the answer before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @example wh_4f9Kq2Zt7mXc1LbR8sVd */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "version": 2,
                     *           "type": "SubscriptionUpdated",
                     *           "at": "2024-01-15T10:30:05.123Z",
                     *           "actor": "key:key_3Hs8dKq0ZpW1xYc7",
                     *           "changes": [
                     *             {
                     *               "path": "retry_policy.max_retries",
                     *               "from": 3,
                     *               "to": 5
                     *             }
                     *           ]
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["VersionChange"][];
                        /** @description What to send as `cursor` for the next page; null at the end. */
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    postSubscriptionsByIdPause: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the version that is to be changed. Another one by then answers 412.
                 * @example "3"
                 */
                "if-match"?: string;
            };
            path: {
                /** @example wh_4f9Kq2Zt7mXc1LbR8sVd */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "wh_4f9Kq2Zt7mXc1LbR8sVd",
                     *       "account_id": "default",
                     *       "url": "https://example.com/webhooks",
                     *       "events": [
                     *         "workflow.completed",
                     *         "workflow.failed"
                     *       ],
                     *       "description": "Runs of the support bot",
                     *       "timeout": 30,
                     *       "retry_policy": {
                     *         "max_retries": 3,
                     *         "retry_delay": 5,
                     *         "exponential_backoff": true,
                     *         "max_delay": 60
                     *       },
                     *       "headers": {},
                     *       "filters": {
                     *         "workflow_id": [
                     *           "customer_support_bot"
                     *         ]
                     *       },
                     *       "conditions": {
                     *         "execution_time": {
                     *           "greater_than": 5
                     *         }
                     *       },
                     *       "routes": [],
                     *       "aggregation": null,
                     *       "tls": null,
                     *       "signature_scheme": "body",
                     *       "rate_limit": null,
                     *       "ordered_by": null,
                     *       "fallback": null,
                     *       "auto_disable_after": 432000,
                     *       "destination": {
                     *         "type": "http"
                     *       },
                     *       "active": true,
                     *       "state": "active",
                     *       "state_reason": null,
                     *       "version": 1,
                     *       "created_at": "2024-01-15T10:30:05.123Z",
                     *       "updated_at": "2024-01-15T10:30:05.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Subscription"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            /** @description The state of the subscription does not allow it. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "title": "Conflict",
                     *       "status": 409,
                     *       "detail": "The state of the subscription does not allow it."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The subscription is not at the version that `If-Match` names. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "title": "Precondition Failed",
                     *       "status": 412,
                     *       "detail": "The subscription is not at the version that `If-Match` names."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    postSubscriptionsByIdResume: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the version that is to be changed. Another one by then answers 412.
                 * @example "3"
                 */
                "if-match"?: string;
            };
            path: {
                /** @example wh_4f9Kq2Zt7mXc1LbR8sVd */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "wh_4f9Kq2Zt7mXc1LbR8sVd",
                     *       "account_id": "default",
                     *       "url": "https://example.com/webhooks",
                     *       "events": [
                     *         "workflow.completed",
                     *         "workflow.failed"
                     *       ],
                     *       "description": "Runs of the support bot",
                     *       "timeout": 30,
                     *       "retry_policy": {
                     *         "max_retries": 3,
                     *         "retry_delay": 5,
                     *         "exponential_backoff": true,
                     *         "max_delay": 60
                     *       },
                     *       "headers": {},
                     *       "filters": {
                     *         "workflow_id": [
                     *           "customer_support_bot"
                     *         ]
                     *       },
                     *       "conditions": {
                     *         "execution_time": {
                     *           "greater_than": 5
                     *         }
                     *       },
                     *       "routes": [],
                     *       "aggregation": null,
                     *       "tls": null,
                     *       "signature_scheme": "body",
                     *       "rate_limit": null,
                     *       "ordered_by": null,
                     *       "fallback": null,
                     *       "auto_disable_after": 432000,
                     *       "destination": {
                     *         "type": "http"
                     *       },
                     *       "active": true,
                     *       "state": "active",
                     *       "state_reason": null,
                     *       "version": 1,
                     *       "created_at": "2024-01-15T10:30:05.123Z",
                     *       "updated_at": "2024-01-15T10:30:05.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Subscription"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            /** @description The state of the subscription does not allow it. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "title": "Conflict",
                     *       "status": 409,
                     *       "detail": "The state of the subscription does not allow it."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The subscription is not at the version that `If-Match` names. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "title": "Precondition Failed",
                     *       "status": 412,
                     *       "detail": "The subscription is not at the version that `If-Match` names."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    postSubscriptionsByIdEnable: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the version that is to be changed. Another one by then answers 412.
                 * @example "3"
                 */
                "if-match"?: string;
            };
            path: {
                /** @example wh_4f9Kq2Zt7mXc1LbR8sVd */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "wh_4f9Kq2Zt7mXc1LbR8sVd",
                     *       "account_id": "default",
                     *       "url": "https://example.com/webhooks",
                     *       "events": [
                     *         "workflow.completed",
                     *         "workflow.failed"
                     *       ],
                     *       "description": "Runs of the support bot",
                     *       "timeout": 30,
                     *       "retry_policy": {
                     *         "max_retries": 3,
                     *         "retry_delay": 5,
                     *         "exponential_backoff": true,
                     *         "max_delay": 60
                     *       },
                     *       "headers": {},
                     *       "filters": {
                     *         "workflow_id": [
                     *           "customer_support_bot"
                     *         ]
                     *       },
                     *       "conditions": {
                     *         "execution_time": {
                     *           "greater_than": 5
                     *         }
                     *       },
                     *       "routes": [],
                     *       "aggregation": null,
                     *       "tls": null,
                     *       "signature_scheme": "body",
                     *       "rate_limit": null,
                     *       "ordered_by": null,
                     *       "fallback": null,
                     *       "auto_disable_after": 432000,
                     *       "destination": {
                     *         "type": "http"
                     *       },
                     *       "active": true,
                     *       "state": "active",
                     *       "state_reason": null,
                     *       "version": 1,
                     *       "created_at": "2024-01-15T10:30:05.123Z",
                     *       "updated_at": "2024-01-15T10:30:05.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Subscription"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            /** @description The state of the subscription does not allow it. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "title": "Conflict",
                     *       "status": 409,
                     *       "detail": "The state of the subscription does not allow it."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The subscription is not at the version that `If-Match` names. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "title": "Precondition Failed",
                     *       "status": 412,
                     *       "detail": "The subscription is not at the version that `If-Match` names."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getDeliveries: {
        parameters: {
            query?: {
                /**
                 * @description How many to answer at most.
                 * @example 50
                 */
                limit?: number;
                /** @description The `next_cursor` of the answer before. */
                cursor?: string;
                /** @example wh_4f9Kq2Zt7mXc1LbR8sVd */
                subscription_id?: string;
                status?: "pending" | "retrying" | "held" | "succeeded" | "exhausted" | "cancelled" | "blocked";
                /**
                 * @description Of the latest attempt.
                 * @example 500
                 */
                status_code?: number;
                /**
                 * @description An event type.
                 * @example workflow.completed
                 */
                event?: string;
                /** @example evt_1 */
                event_id?: string;
                /** @example 2024-01-15T10:30:05Z */
                from?: string;
                /** @example 2024-01-15T10:30:05Z */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "del_0123456789abcdefghjkmnpqrstvwxyz",
                     *           "account_id": "default",
                     *           "subscription_id": "wh_4f9Kq2Zt7mXc1LbR8sVd",
                     *           "event_id": "evt_1",
                     *           "event": "workflow.completed",
                     *           "occurred_at": "2024-01-15T10:30:05.123Z",
                     *           "source": {
                     *             "topic": "platform.events",
                     *             "partition": 0,
                     *             "offset": "41"
                     *           },
                     *           "workflow_id": "del_0123456789abcdefghjkmnpqrstvwxyz",
                     *           "status": "succeeded",
                     *           "attempt_count": 1,
                     *           "last_status_code": 200,
                     *           "last_error": null,
                     *           "last_duration_ms": 87,
                     *           "next_attempt_at": null,
                     *           "created_at": "2024-01-15T10:30:05.140Z",
                     *           "updated_at": "2024-01-15T10:30:05.235Z",
                     *           "ended_at": "2024-01-15T10:30:05.235Z",
                     *           "batched_events": null,
                     *           "stands_in_for": null,
                     *           "fallback_delivery_id": null,
                     *           "temporal_url": "http://127.0.0.1:8233/namespaces/default/workflows/del_0123456789abcdefghjkmnpqrstvwxyz"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Delivery"][];
                        /** @description What to send as `cursor` for the next page; null at the end. */
                        next_cursor: string | null;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getDeliveriesById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example del_0123456789abcdefghjkmnpqrstvwxyz */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "del_0123456789abcdefghjkmnpqrstvwxyz",
                     *       "account_id": "default",
                     *       "subscription_id": "wh_4f9Kq2Zt7mXc1LbR8sVd",
                     *       "event_id": "evt_1",
                     *       "event": "workflow.completed",
                     *       "occurred_at": "2024-01-15T10:30:05.123Z",
                     *       "source": {
                     *         "topic": "platform.events",
                     *         "partition": 0,
                     *         "offset": "41"
                     *       },
                     *       "workflow_id": "del_0123456789abcdefghjkmnpqrstvwxyz",
                     *       "status": "succeeded",
                     *       "attempt_count": 1,
                     *       "last_status_code": 200,
                     *       "last_error": null,
                     *       "last_duration_ms": 87,
                     *       "next_attempt_at": null,
                     *       "created_at": "2024-01-15T10:30:05.140Z",
                     *       "updated_at": "2024-01-15T10:30:05.235Z",
                     *       "ended_at": "2024-01-15T10:30:05.235Z",
                     *       "batched_events": null,
                     *       "stands_in_for": null,
                     *       "fallback_delivery_id": null,
                     *       "temporal_url": "http://127.0.0.1:8233/namespaces/default/workflows/del_0123456789abcdefghjkmnpqrstvwxyz",
                     *       "events": [
                     *         {
                     *           "event_id": "evt_1",
                     *           "occurred_at": "2024-01-15T10:30:05.123Z",
                     *           "source": {
                     *             "topic": "platform.events",
                     *             "partition": 0,
                     *             "offset": "41"
                     *           }
                     *         }
                     *       ],
                     *       "attempts": [
                     *         {
                     *           "number": 1,
                     *           "started_at": "2024-01-15T10:30:05.148Z",
                     *           "duration_ms": 87,
                     *           "url": "https://example.com/webhooks",
                     *           "request_headers": {
                     *             "content-type": "application/json",
                     *             "x-custom": "***"
                     *           },
                     *           "timings": {
                     *             "dns_ms": 4,
                     *             "connect_ms": 11,
                     *             "tls_ms": 23,
                     *             "first_byte_ms": 48,
                     *             "total_ms": 87
                     *           },
                     *           "status_code": 200,
                     *           "error": null,
                     *           "response_headers": {
                     *             "content-type": "text/plain"
                     *           },
                     *           "response_body": "ok"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["DeliveryWithAttempts"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    postDeliveriesByIdRetry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example del_0123456789abcdefghjkmnpqrstvwxyz */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "force": true
                 *     }
                 */
                "application/json": components["schemas"]["RetryRequest"];
            };
        };
        responses: {
            /** @description Taken. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "del_0123456789abcdefghjkmnpqrstvwxyz",
                     *       "account_id": "default",
                     *       "subscription_id": "wh_4f9Kq2Zt7mXc1LbR8sVd",
                     *       "event_id": "evt_1",
                     *       "event": "workflow.completed",
                     *       "occurred_at": "2024-01-15T10:30:05.123Z",
                     *       "source": {
                     *         "topic": "platform.events",
                     *         "partition": 0,
                     *         "offset": "41"
                     *       },
                     *       "workflow_id": "del_0123456789abcdefghjkmnpqrstvwxyz",
                     *       "status": "succeeded",
                     *       "attempt_count": 1,
                     *       "last_status_code": 200,
                     *       "last_error": null,
                     *       "last_duration_ms": 87,
                     *       "next_attempt_at": null,
                     *       "created_at": "2024-01-15T10:30:05.140Z",
                     *       "updated_at": "2024-01-15T10:30:05.235Z",
                     *       "ended_at": "2024-01-15T10:30:05.235Z",
                     *       "batched_events": null,
                     *       "stands_in_for": null,
                     *       "fallback_delivery_id": null,
                     *       "temporal_url": "http://127.0.0.1:8233/namespaces/default/workflows/del_0123456789abcdefghjkmnpqrstvwxyz",
                     *       "events": [
                     *         {
                     *           "event_id": "evt_1",
                     *           "occurred_at": "2024-01-15T10:30:05.123Z",
                     *           "source": {
                     *             "topic": "platform.events",
                     *             "partition": 0,
                     *             "offset": "41"
                     *           }
                     *         }
                     *       ],
                     *       "attempts": [
                     *         {
                     *           "number": 1,
                     *           "started_at": "2024-01-15T10:30:05.148Z",
                     *           "duration_ms": 87,
                     *           "url": "https://example.com/webhooks",
                     *           "request_headers": {
                     *             "content-type": "application/json",
                     *             "x-custom": "***"
                     *           },
                     *           "timings": {
                     *             "dns_ms": 4,
                     *             "connect_ms": 11,
                     *             "tls_ms": 23,
                     *             "first_byte_ms": 48,
                     *             "total_ms": 87
                     *           },
                     *           "status_code": 200,
                     *           "error": null,
                     *           "response_headers": {
                     *             "content-type": "text/plain"
                     *           },
                     *           "response_body": "ok"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["DeliveryWithAttempts"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            /** @description It has succeeded and there is no `force`, nothing is sent to its subscription, or Kafka has not its event. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "title": "Conflict",
                     *       "status": 409,
                     *       "detail": "It has succeeded and there is no `force`, nothing is sent to its subscription, or Kafka has not its event."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    postDeliveriesByIdCancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example del_0123456789abcdefghjkmnpqrstvwxyz */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Taken. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "del_0123456789abcdefghjkmnpqrstvwxyz",
                     *       "account_id": "default",
                     *       "subscription_id": "wh_4f9Kq2Zt7mXc1LbR8sVd",
                     *       "event_id": "evt_1",
                     *       "event": "workflow.completed",
                     *       "occurred_at": "2024-01-15T10:30:05.123Z",
                     *       "source": {
                     *         "topic": "platform.events",
                     *         "partition": 0,
                     *         "offset": "41"
                     *       },
                     *       "workflow_id": "del_0123456789abcdefghjkmnpqrstvwxyz",
                     *       "status": "succeeded",
                     *       "attempt_count": 1,
                     *       "last_status_code": 200,
                     *       "last_error": null,
                     *       "last_duration_ms": 87,
                     *       "next_attempt_at": null,
                     *       "created_at": "2024-01-15T10:30:05.140Z",
                     *       "updated_at": "2024-01-15T10:30:05.235Z",
                     *       "ended_at": "2024-01-15T10:30:05.235Z",
                     *       "batched_events": null,
                     *       "stands_in_for": null,
                     *       "fallback_delivery_id": null,
                     *       "temporal_url": "http://127.0.0.1:8233/namespaces/default/workflows/del_0123456789abcdefghjkmnpqrstvwxyz",
                     *       "events": [
                     *         {
                     *           "event_id": "evt_1",
                     *           "occurred_at": "2024-01-15T10:30:05.123Z",
                     *           "source": {
                     *             "topic": "platform.events",
                     *             "partition": 0,
                     *             "offset": "41"
                     *           }
                     *         }
                     *       ],
                     *       "attempts": [
                     *         {
                     *           "number": 1,
                     *           "started_at": "2024-01-15T10:30:05.148Z",
                     *           "duration_ms": 87,
                     *           "url": "https://example.com/webhooks",
                     *           "request_headers": {
                     *             "content-type": "application/json",
                     *             "x-custom": "***"
                     *           },
                     *           "timings": {
                     *             "dns_ms": 4,
                     *             "connect_ms": 11,
                     *             "tls_ms": 23,
                     *             "first_byte_ms": 48,
                     *             "total_ms": 87
                     *           },
                     *           "status_code": 200,
                     *           "error": null,
                     *           "response_headers": {
                     *             "content-type": "text/plain"
                     *           },
                     *           "response_body": "ok"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["DeliveryWithAttempts"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            /** @description It has ended. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "title": "Conflict",
                     *       "status": 409,
                     *       "detail": "It has ended."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getSubscriptionsByIdStats: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example wh_4f9Kq2Zt7mXc1LbR8sVd */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "total_deliveries": 120,
                     *       "successful_deliveries": 118,
                     *       "failed_deliveries": 2,
                     *       "pending_deliveries": 1,
                     *       "held_deliveries": 0,
                     *       "average_response_time": 0.12,
                     *       "p95_response_time": 0.31,
                     *       "last_delivery": "2024-01-15T10:30:05.235Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Stats"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getSubscriptionsByIdHealth: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example wh_4f9Kq2Zt7mXc1LbR8sVd */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "healthy",
                     *       "success_rate": 98.33,
                     *       "total_deliveries": 120,
                     *       "average_response_time": 0.12
                     *     }
                     */
                    "application/json": components["schemas"]["Health"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    postSubscriptionsByIdTest: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example wh_4f9Kq2Zt7mXc1LbR8sVd */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "event": "workflow.completed"
                 *     }
                 */
                "application/json": components["schemas"]["TestRequest"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "delivery_id": "del_0123456789abcdefghjkmnpqrstvwxyz",
                     *       "event": "workflow.completed",
                     *       "outcome": "succeeded",
                     *       "number": 1,
                     *       "started_at": "2024-01-15T10:30:05.148Z",
                     *       "duration_ms": 87,
                     *       "url": "https://example.com/webhooks",
                     *       "request_headers": {
                     *         "X-Broxi-Event": "workflow.completed",
                     *         "X-Broxi-Test": "true"
                     *       },
                     *       "request_body": "{\"event\":\"workflow.completed\",\"data\":{}}",
                     *       "timings": {
                     *         "dns_ms": 4,
                     *         "connect_ms": 11,
                     *         "tls_ms": 23,
                     *         "first_byte_ms": 48,
                     *         "total_ms": 87
                     *       },
                     *       "status_code": 200,
                     *       "error": null,
                     *       "response_headers": {
                     *         "content-type": "text/plain"
                     *       },
                     *       "response_body": "ok",
                     *       "temporal_url": "http://127.0.0.1:8233/namespaces/default/workflows/test_4f9Kq2Zt7mXc1LbR8sVd"
                     *     }
                     */
                    "application/json": components["schemas"]["TestDelivery"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    postDiagnose: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "url": "https://example.com/webhooks"
                 *     }
                 */
                "application/json": components["schemas"]["DiagnoseRequest"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "url": "https://example.com/webhooks",
                     *       "reachable": true,
                     *       "get_status": 405,
                     *       "post_status": 200,
                     *       "tls": {
                     *         "valid": true,
                     *         "expires_at": "2024-06-01T00:00:00.000Z",
                     *         "issuer": "Let's Encrypt"
                     *       },
                     *       "latency": {
                     *         "dns_ms": 4,
                     *         "connect_ms": 11,
                     *         "tls_ms": 23,
                     *         "get_ms": 80,
                     *         "post_ms": 41
                     *       },
                     *       "issues": [
                     *         "URL returns 405 to a GET. That does no harm as long as a POST is answered with 2xx."
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Diagnosis"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getEventTypes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "type": "invoice.paid",
                     *           "description": "An invoice was paid.",
                     *           "schema": {
                     *             "type": "object",
                     *             "properties": {
                     *               "amount": {
                     *                 "type": "number"
                     *               }
                     *             }
                     *           },
                     *           "example": {
                     *             "amount": 12.5
                     *           },
                     *           "version": 1,
                     *           "deprecated": false
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["EventType"][];
                        /** @description What to send as `cursor` for the next page; null at the end. */
                        next_cursor: string | null;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getEventTypesByType: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example workflow.completed */
                type: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "invoice.paid",
                     *       "description": "An invoice was paid.",
                     *       "schema": {
                     *         "type": "object",
                     *         "properties": {
                     *           "amount": {
                     *             "type": "number"
                     *           }
                     *         }
                     *       },
                     *       "example": {
                     *         "amount": 12.5
                     *       },
                     *       "version": 1,
                     *       "deprecated": false
                     *     }
                     */
                    "application/json": components["schemas"]["EventType"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    putEventTypesByType: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example workflow.completed */
                type: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "description": "An invoice was paid.",
                 *       "schema": {
                 *         "type": "object",
                 *         "properties": {
                 *           "amount": {
                 *             "type": "number"
                 *           }
                 *         }
                 *       },
                 *       "example": {
                 *         "amount": 12.5
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["EventTypeSettings"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "invoice.paid",
                     *       "description": "An invoice was paid.",
                     *       "schema": {
                     *         "type": "object",
                     *         "properties": {
                     *           "amount": {
                     *             "type": "number"
                     *           }
                     *         }
                     *       },
                     *       "example": {
                     *         "amount": 12.5
                     *       },
                     *       "version": 1,
                     *       "deprecated": false
                     *     }
                     */
                    "application/json": components["schemas"]["EventType"];
                };
            };
            /** @description Made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "invoice.paid",
                     *       "description": "An invoice was paid.",
                     *       "schema": {
                     *         "type": "object",
                     *         "properties": {
                     *           "amount": {
                     *             "type": "number"
                     *           }
                     *         }
                     *       },
                     *       "example": {
                     *         "amount": 12.5
                     *       },
                     *       "version": 1,
                     *       "deprecated": false
                     *     }
                     */
                    "application/json": components["schemas"]["EventType"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            /** @description The type ships with the product, or there are too many added types. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "title": "Conflict",
                     *       "status": 409,
                     *       "detail": "The type ships with the product, or there are too many added types."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    deleteEventTypesByType: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example workflow.completed */
                type: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. There is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            /** @description The type ships with the product. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "title": "Conflict",
                     *       "status": 409,
                     *       "detail": "The type ships with the product."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getApiKeys: {
        parameters: {
            query?: {
                /**
                 * @description How many to answer at most.
                 * @example 50
                 */
                limit?: number;
                /** @description The `next_cursor` of the answer before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "key_3Hs8dKq0ZpW1xYc7",
                     *           "name": "ci",
                     *           "scopes": [
                     *             "read",
                     *             "write"
                     *           ],
                     *           "account_id": "default",
                     *           "created_at": "2024-01-15T10:30:05.123Z",
                     *           "last_used_at": null
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["ApiKey"][];
                        /** @description What to send as `cursor` for the next page; null at the end. */
                        next_cursor: string | null;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    postApiKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "ci",
                 *       "scopes": [
                 *         "read",
                 *         "write"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["NewApiKey"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "key_3Hs8dKq0ZpW1xYc7",
                     *       "name": "ci",
                     *       "scopes": [
                     *         "read",
                     *         "write"
                     *       ],
                     *       "account_id": "default",
                     *       "created_at": "2024-01-15T10:30:05.123Z",
                     *       "last_used_at": null,
                     *       "key": "whk_3Hs8dKq0ZpW1xYc7_vY2mQ9rT4kLw8ZpX1cB6nJ3hGd5sFaE0uRiOyPtKxVbN7qM"
                     *     }
                     */
                    "application/json": components["schemas"]["CreatedApiKey"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            /** @description Another admin has revoked it already. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "title": "Not Found",
                     *       "status": 404,
                     *       "detail": "Another admin has revoked it already."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    deleteApiKeysById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example key_3Hs8dKq0ZpW1xYc7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. There is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getAuditLog: {
        parameters: {
            query?: {
                /**
                 * @description How many to answer at most.
                 * @example 50
                 */
                limit?: number;
                /** @description The `next_cursor` of the answer before. */
                cursor?: string;
                /** @example wh_4f9Kq2Zt7mXc1LbR8sVd */
                subscription_id?: string;
                actor?: string;
                type?: string;
                /** @example 2024-01-15T10:30:05Z */
                from?: string;
                /** @example 2024-01-15T10:30:05Z */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "aud_7Hd2kQ9sLw4XnB5vYt3R",
                     *           "account_id": "default",
                     *           "at": "2024-01-15T10:30:05.123Z",
                     *           "actor": "key:key_3Hs8dKq0ZpW1xYc7",
                     *           "source_ip": "192.0.2.17",
                     *           "type": "SecretRevealed",
                     *           "subscription_id": "wh_4f9Kq2Zt7mXc1LbR8sVd",
                     *           "api_key_id": null,
                     *           "event_type": null,
                     *           "version": null,
                     *           "details": {}
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["AuditEntry"][];
                        /** @description What to send as `cursor` for the next page; null at the end. */
                        next_cursor: string | null;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getEncryption: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "current_key_id": "5fd924625f6ab16a",
                     *       "rotated_at": "2024-01-15T10:30:05.123Z",
                     *       "older_workflows": 0,
                     *       "keys": [
                     *         {
                     *           "id": "5fd924625f6ab16a",
                     *           "current": true,
                     *           "configured": true,
                     *           "subscriptions": 412,
                     *           "removable": false
                     *         },
                     *         {
                     *           "id": "b0a1c2d3e4f50617",
                     *           "current": false,
                     *           "configured": true,
                     *           "subscriptions": 0,
                     *           "removable": true
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Encryption"];
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            /** @description The read models cannot be asked at the moment. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "title": "Service Unavailable",
                     *       "status": 503,
                     *       "detail": "The read models cannot be asked at the moment."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postEncryptionRotate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "limit": 20
                 *     }
                 */
                "application/json": components["schemas"]["EncryptionRotation"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "current_key_id": "5fd924625f6ab16a",
                     *       "total": 412,
                     *       "reencrypted": 19,
                     *       "fresh": 1,
                     *       "failed": [],
                     *       "next_cursor": "wh_4f9Kq2Zt7mXc1LbR8sVd"
                     *     }
                     */
                    "application/json": components["schemas"]["EncryptionRotationPage"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            /** @description The audit log cannot be written at the moment. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "title": "Service Unavailable",
                     *       "status": 503,
                     *       "detail": "The audit log cannot be written at the moment."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postExplain: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "event_id": "evt_1",
                 *       "subscription_id": "wh_4f9Kq2Zt7mXc1LbR8sVd"
                 *     }
                 */
                "application/json": components["schemas"]["ExplainRequest"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "event_id": "evt_1",
                     *       "subscription_id": "wh_4f9Kq2Zt7mXc1LbR8sVd",
                     *       "delivered": false,
                     *       "reason": "condition",
                     *       "detail": "The event does not meet the subscription's conditions (conditions.execution_time: expected greater_than 5, got 2.3).",
                     *       "event": "workflow.completed",
                     *       "account_id": "default",
                     *       "timestamp": "2024-01-15T10:30:05.123Z",
                     *       "subscription": {
                     *         "at": "2024-01-15T10:30:05.140Z",
                     *         "version": 3,
                     *         "state": "active",
                     *         "state_reason": null
                     *       },
                     *       "matched": false,
                     *       "url": null,
                     *       "checks": [
                     *         {
                     *           "path": "conditions.execution_time",
                     *           "operator": "greater_than",
                     *           "expected": 5,
                     *           "actual": 2.3,
                     *           "outcome": "fails"
                     *         }
                     *       ],
                     *       "routes": [],
                     *       "delivery": null,
                     *       "records": [
                     *         {
                     *           "topic": "platform.events",
                     *           "partition": 0,
                     *           "offset": "41",
                     *           "at": "2024-01-15T10:30:05.140Z",
                     *           "outcome": "judged",
                     *           "error": null
                     *         }
                     *       ],
                     *       "searched": {
                     *         "from": "2024-01-14T10:31:00.000Z",
                     *         "to": "2024-01-15T10:31:00.000Z",
                     *         "complete": true
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Explanation"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            /** @description There is no such subscription, or no such event in that time. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "about:blank",
                     *       "title": "Not Found",
                     *       "status": 404,
                     *       "detail": "There is no such subscription, or no such event in that time."
                     *     }
                     */
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    postSubscriptionsPreview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "events": [
                 *         "workflow.*"
                 *       ],
                 *       "conditions": {
                 *         "execution_time": {
                 *           "greater_than": 5
                 *         }
                 *       },
                 *       "limit": 10
                 *     }
                 */
                "application/json": components["schemas"]["PreviewRequest"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "from": "2024-01-14T10:31:00.000Z",
                     *       "to": "2024-01-15T10:31:00.000Z",
                     *       "events": 1200,
                     *       "matched": 48,
                     *       "rate_per_hour": 2,
                     *       "complete": true,
                     *       "data": [
                     *         {
                     *           "id": "evt_1",
                     *           "event": "workflow.completed",
                     *           "timestamp": "2024-01-15T10:30:05.123Z",
                     *           "received_at": "2024-01-15T10:30:05.140Z",
                     *           "source": {
                     *             "topic": "platform.events",
                     *             "partition": 0,
                     *             "offset": "41"
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Preview"];
                    "application/x-ndjson": string;
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    getSenderIps: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         "192.0.2.17"
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        data: string[];
                        /** @description What to send as `cursor` for the next page; null at the end. */
                        next_cursor: string | null;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
    postEvents: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description An event without `id` gets the same one for the same key, and so is delivered once. 1 to 255 characters.
                 * @example invoice-4711
                 */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "event": "workflow.completed",
                 *       "data": {
                 *         "workflow_id": "customer_support_bot",
                 *         "execution_time": 2.3
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["NewEvent"];
            };
        };
        responses: {
            /** @description Taken. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "evt_1"
                     *     }
                     */
                    "application/json": {
                        /** @example evt_1 */
                        id: string;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            429: components["responses"]["429"];
            503: components["responses"]["503"];
        };
    };
}
