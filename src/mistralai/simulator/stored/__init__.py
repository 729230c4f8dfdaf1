"""Files, batch jobs and agents that clients store on the simulator (wire-format section 13)."""
