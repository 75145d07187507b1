# syntax=docker/dockerfile:1
# One image for every service; the orchestrator picks the command: city-accounts, city-reports, city-notifications,
# city-catalogue, city-payments, city-gateway, or `city migrate` and `city seed` for the steps before them.

# The runtime below has the same glibc as this builder: change both together.
FROM rust:1.95-bookworm AS build
WORKDIR /city
COPY . .
# The gateway is built by itself: in one build with `city`, which keeps the schema browser for development, it would have it too.
# Build folders live in caches, so a second build compiles only what changed; the programs are copied out of them.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/city/target \
    cargo build --locked --profile dist --bins \
        --package city-city --package city-accounts --package city-reports --package city-notifications \
        --package city-catalogue --package city-payments \
 && cargo build --locked --profile dist --bins --package city-gateway --no-default-features \
 && mkdir /programs \
 && cd target/dist \
 && cp city city-gateway city-accounts city-reports city-notifications city-catalogue city-payments /programs/

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/*
# A number that no user of the host has, and a folder that a volume for keys inherits its owner from.
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin city \
 && install --directory --owner=city --mode=0700 /keys
COPY --from=build /programs/ /usr/local/bin/
USER 10001
WORKDIR /
ENV LISTEN=0.0.0.0:8080
EXPOSE 8080
# No command: a container that was not told its service must not guess one.
CMD ["city", "--help"]
