# syntax=docker/dockerfile:1
# The command line in a container: docs/deploy.md. The base is pinned by tag; pin it by digest where you build.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS tools
# better-sqlite3 is compiled where no prebuilt addon can be fetched.
RUN apt-get update \
  && apt-get install -y --no-install-recommends python3 make g++ \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json .npmrc ./

FROM tools AS build
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM tools AS dependencies
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund --omit=dev

FROM ${NODE_IMAGE} AS run
LABEL org.opencontainers.image.title="Tidemark" \
  org.opencontainers.image.description="Self-hosted data pipeline and hourly PnL engine for crypto portfolios" \
  org.opencontainers.image.licenses="Apache-2.0"
# The first process of a container gets no default handling of signals; tini forwards them and reaps what is left.
RUN apt-get update \
  && apt-get install -y --no-install-recommends tini \
  && rm -rf /var/lib/apt/lists/* \
  && install -d -o node -g node -m 0700 /data \
  && ln -s /app/dist/bin/tidemark.cjs /usr/local/bin/tidemark
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
COPY --chmod=0555 infra/container/start infra/container/alive /usr/local/bin/
COPY infra/container/heartbeat.cjs ./heartbeat.cjs
ENV NODE_ENV=production \
  TIDEMARK_DATA_DIR=/data
# By number, so that Kubernetes can tell that it is not root.
USER 1000:1000
VOLUME /data
# Where portfolio.yaml is looked for, and written by "init".
WORKDIR /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["alive"]
ENTRYPOINT ["tini", "--", "start"]
CMD ["--help"]
