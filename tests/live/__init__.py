"""Look at each kind's live site once, and name what drifted from what its parser expects. No part of CI."""
