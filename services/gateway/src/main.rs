//! The gateway as a process of its own.

use std::process::ExitCode;

use city_boot::{BootError, GatewayInfra, InfraConfig, Process};

fn main() -> ExitCode {
    city_boot::main(run)
}

async fn run(process: Process) -> Result<(), BootError> {
    let settings: InfraConfig = city_boot::config::load()?;
    let infra = GatewayInfra::connect(&settings)?;
    let service = city_gateway::build(city_boot::config::load()?, infra.clone())?;
    let listener = process.listen(&settings.listen).await?;
    process.serve(service, infra.ids, listener).await;
    Ok(())
}
